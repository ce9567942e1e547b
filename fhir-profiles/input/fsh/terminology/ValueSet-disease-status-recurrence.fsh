ValueSet: DiseaseStatusRecurrence
Id: disease-status-recurrence
Title: "Disease status that means recurrence"
Description: "After a radical resection a worsened disease status is read as recurrence: the safe reading, since it only ever hides a number."
* ^experimental = false
* include http://snomed.info/sct#271299001 "Patient's condition worsened (finding)"
