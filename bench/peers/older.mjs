// What PostGraphile needs and Node 20 has not: nothing else of newer versions was missed. To be imported first.
Promise.withResolvers ??= function withResolvers() {
  const made = {};
  made.promise = new this((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made;
};
