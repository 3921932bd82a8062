// The type of the graph for each kind of entry in a timeline.
export const TYPES = {
  CLAIM_CHANGE: "ClaimChange",
  DEADLINE_MISSED: "DeadlineMissed",
  LEDGER_POSTING: "LedgerPosting",
  MESSAGE_POSTED: "MessagePosted",
  OFFER_CHANGE: "OfferChange",
  REFUND_CHANGE: "RefundChange",
  REPLACEMENT_CHANGE: "ReplacementChange",
  RETURN_CHANGE: "ReturnChange",
  STATUS_CHANGE: "StatusChange",
  SURVEY_ANSWERED: "SurveyAnswered",
};
