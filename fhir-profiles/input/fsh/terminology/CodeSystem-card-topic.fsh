CodeSystem: CardTopic
Id: card-topic
Title: "What a card is about"
Description: "The topics (source.topic) of this service's CDS Hooks cards."
* ^experimental = false
* ^caseSensitive = true
* #recurrence-risk "Recurrence risk" "The risk of recurrence or death, or that it cannot be estimated."
* #not-eligible "Not eligible" "A criterion of the study is not met or not known: no risk is shown."
* #no-risk-defined "No risk defined" "Recurrence, a second lung operation or death is recorded: the risk is not defined any more."
* #pending "Being computed" "The risk is being computed."
* #unavailable "Not available" "The risk cannot be shown now."
* #out-of-scope "Out of scope" "The chart holds no lung cancer or no lung resection."
* #appointment "Appointment" "A follow-up appointment that is being booked."
* #order "Order" "An examination that is being ordered."
