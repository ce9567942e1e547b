ValueSet: DiseaseStatusType
Id: disease-status-type
Title: "Cancer disease status"
Description: "A disease assessment: its date censors, its value may say recurrence."
* ^experimental = false
* include http://loinc.org#97509-4 "Cancer disease status"
