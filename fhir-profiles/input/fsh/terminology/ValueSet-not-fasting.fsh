ValueSet: NotFasting
Id: not-fasting
Title: "Not fasting"
Description: "Fasting statuses of a Specimen that say that the patient had not fasted."
* ^experimental = false
* include http://terminology.hl7.org/CodeSystem/v2-0916#NF "The patient indicated they did not fast prior to the procedure."
