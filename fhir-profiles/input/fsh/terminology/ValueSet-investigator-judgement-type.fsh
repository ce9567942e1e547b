ValueSet: InvestigatorJudgementType
Id: investigator-judgement-type
Title: "Judgement of the investigator"
Description: "What an Observation of the investigator's judgement is coded with."
* ^experimental = false
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#investigator-judgement "Judgement of the investigator"
