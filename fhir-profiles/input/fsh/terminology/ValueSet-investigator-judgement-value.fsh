ValueSet: InvestigatorJudgementValue
Id: investigator-judgement-value
Title: "Suitable or unsuitable"
Description: "What an investigator's judgement may say."
* ^experimental = false
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#suitable
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#unsuitable
