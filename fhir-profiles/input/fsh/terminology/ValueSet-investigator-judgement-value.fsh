ValueSet: InvestigatorJudgementValue
Id: investigator-judgement-value
Title: "Suitable or unsuitable"
Description: "What an investigator's judgement may say."
* ^experimental = false
* $project#suitable
* $project#unsuitable
