ValueSet: FollowUpSpecialty
Id: follow-up-specialty
Title: "Specialties of follow-up visits"
Description: "Codes of Appointment.specialty of those who follow up patients after lung surgery. An appointment of another specialty is no follow-up visit. A site adds its own."
* ^experimental = false
* include http://snomed.info/sct#408456005 "Thoracic surgery (qualifier value)"
* include http://snomed.info/sct#394590007 "Thoracic medicine (qualifier value)"
* include http://snomed.info/sct#418112009 "Pulmonary medicine (qualifier value)"
* include http://snomed.info/sct#394592004 "Clinical oncology (qualifier value)"
* include http://snomed.info/sct#394593009 "Medical oncology (qualifier value)"
* include http://snomed.info/sct#419321007 "Surgical oncology (qualifier value)"
