// Look-ahead: which fields a document selects below a field, worked out once for each parsed document.
import { GraphQLInt, valueFromAST } from "graphql";

const known = new WeakMap();

/** The fields selected below a resolver's own, by paths such as `nodes.order`; @skip and @include count as yes. */
export function selected(info) {
  const field = info.fieldNodes[0];
  let found = known.get(field);
  if (found === undefined) {
    found = new Map();
    for (const node of info.fieldNodes) collect(node.selectionSet, "", info.fragments, found);
    known.set(field, found);
  }
  return found;
}

/** The longest page that is asked for at a path, under whatever names; null where none is. */
export function longest(fields, path, info) {
  const nodes = fields.get(path);
  if (nodes === undefined) return null;
  return Math.max(...nodes.map((node) => {
    const size = node.arguments.find(({ name }) => name.value === "first");
    return size === undefined ? 0 : valueFromAST(size.value, GraphQLInt, info.variableValues);
  }));
}

function collect(selections, above, fragments, found) {
  for (const node of selections?.selections ?? []) {
    if (node.kind === "Field") {
      const path = above + node.name.value;
      found.set(path, [...(found.get(path) ?? []), node]);
      collect(node.selectionSet, `${path}.`, fragments, found);
    } else {
      const { selectionSet } = node.kind === "FragmentSpread" ? fragments[node.name.value] : node;
      collect(selectionSet, above, fragments, found);
    }
  }
}
