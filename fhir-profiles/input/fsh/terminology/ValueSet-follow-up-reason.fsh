ValueSet: FollowUpReason
Id: follow-up-reason
Title: "Reasons of follow-up visits"
Description: "Codes of Appointment.reasonCode that say follow-up after treatment of a malignancy, or a history of one of the lung; the codes of lung-cancer count too. A site adds its own."
* ^experimental = false
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #Z08
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #Z85.11
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #Z08
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #Z85.1
