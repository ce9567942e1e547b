ValueSet: FollowUpAppointment
Id: follow-up-appointment
Title: "Follow-up appointments"
Description: "Codes of Appointment.serviceType, specialty or appointmentType of the appointments that the nightly sweep looks at. Empty: it looks at all of them. A site adds its own codes by a ValueSet of the same id."
* ^experimental = false
