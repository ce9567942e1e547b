ValueSet: FollowUpVisit
Id: follow-up-visit
Title: "Follow-up visits"
Description: "Codes of Appointment.serviceType, serviceCategory or appointmentType that a follow-up visit after lung surgery is booked with; the visit a follow-up policy proposes is coded with one of them. A site adds its own."
* ^experimental = false
* include http://terminology.hl7.org/CodeSystem/v2-0276#FOLLOWUP "A follow up visit from a previous appointment"
* include http://snomed.info/sct#390906007 "Follow-up encounter (procedure)"
* include http://snomed.info/sct#185389009 "Follow-up visit (procedure)"
* include http://terminology.hl7.org/CodeSystem/service-type#175 "Medical Oncology"
* include http://terminology.hl7.org/CodeSystem/service-type#184 "Thoracic Medicine"
* include http://terminology.hl7.org/CodeSystem/service-type#215 "Cardiothoracic Surgery"
* include http://terminology.hl7.org/CodeSystem/service-type#380 "Lung"
