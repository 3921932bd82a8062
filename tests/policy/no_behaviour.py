"""The article's sentences that ask nothing of the product, by the reason why.

A sentence is named by a part of it that occurs nowhere else. What the product could get wrong is not here.
"""

HEADING = "A heading or a lead-in: what it announces follows in sentences of its own."
PROMOTION = "Says why the feature is good to have, not what it does."
NAVIGATION = "Points to another page of the help centre."
ELSEWHERE = "Where to click in the marketplace's own apps; the graph has no pages or menus."
ADVICE = "Advice on how to behave outside the product, which neither asks for it nor can tell."
OTHER_PRODUCT = "About insurance or postage that other products sell."

NO_BEHAVIOUR: dict[str, tuple[str, ...]] = {
    HEADING: (
        "Overview",
        "By handling issues directly, sellers can:",
        "How It Works",
        "Sellers can respond in one of the following ways:",
        "Key Inbox Features",
        "Whatnot Buyer Protection Coverage",
        "Seller FAQ",
        "General",
        "What are the benefits of Seller Provided Service?",
        "What options do I have to resolve requests from buyers and how am I charged?",
        "Seller Response | Timing of Ledger Adjustment | Ledger Adjustment Amount",
        "How will I know I have a support request?",
        "Will I receive the item(s) back if I provide a buyer with a refund?",
        "How do returns work?",
        "What protections am I offered as a seller?",
        "Whatnot will provide several protections in multiple areas",
        "What happens if my buyer escalates their support request to Whatnot Support?",
        "Once a support / cancellation request thread is escalated:",
        "What is the Support Rating on my profile, and how is it determined?",
        "Once you qualify:",
        "Your rating will show as one of the following:",
        "How is your rating determined?",
        "Your rating improves when:",
        "Your rating decreases only when:",
        "Your rating is not impacted when:",
        "What does my Customer Satisfaction score mean?",
        "Shipping",
        "This section addresses commonly asked questions about a seller's responsibilities",
        "How do USPS automated claims work?",
        "How can I ensure coverage for lost, stolen, or damaged items?",
        "Am I liable for damaged items?",
        "Seller Guidance for Seller Provided Service",
        "Support Reason | Seller Guidance",
        "If items are different, resolve the issue by:",
        "To update your Return Address, please follow the below steps:",
        "Note: Product change made September 2025.",
    ),
    PROMOTION: (
        "The strongest seller businesses are built on trust",
        "Taking ownership of those moments",
        "even more ownership over the post-purchase experience",
        "Provide faster resolutions and reduce wait times for buyers",
        "Build trust and transparency through consistent communication",
        "Deliver a seamless post-purchase experience that keeps buyers coming back",
        "we're empowering you to build trust and loyalty",
        "you will have more direct interaction with your buyers",
        "you are in the best position to provide quick and dynamic resolutions",
        "Whatnot is committed to ensuring a trustworthy buying experience for everyone.",
        "Your Support Rating gives buyers insight into",
        "Each new interaction is an opportunity to strengthen your score",
        "is also a helpful signal for identifying what's working",
        "Many sellers use it as an opportunity",
    ),
    NAVIGATION: (
        "** Learn more about Automated Claim Filing here",
        "Learn more about Automated Claim Filing here.",
        "Learn how to purchase additional shipping protection here.",
        "See full list of exemptions here.",
        "Was this article helpful?",
        "Articles in this section",
        "Understand the earnings payout timeline",
        "Whatnot Seller Fees and Commissions Schedule",
        "Set up and start a payout",
        "Track your earnings or payout status",
        "Troubleshoot issues with earnings or payouts",
        "Early Payout Program",
        "Cancel an order as a seller",
        "Seller Weekly Orders Report",
        "Seller Provided Support for Sellers",
        "Whatnot - 2025 Tax guide - Australia",
    ),
    ELSEWHERE: (
        "On Web: Click your profile icon > General > Settings",
        "On Mobile: Navigate to your profile",
    ),
    ADVICE: ("You are responsible for proper packaging to protect your items while shipping.",),
    OTHER_PRODUCT: (
        "Coverage limits: For higher value items",
        "This ensures that both sellers and buyers are protected if items are lost or damaged",
        "For higher value items, you can purchase additional shipping protection",
    ),
}
