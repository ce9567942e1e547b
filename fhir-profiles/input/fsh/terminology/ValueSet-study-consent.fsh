ValueSet: StudyConsent
Id: study-consent
Title: "Consent to the study"
Description: "What makes a Consent one to the study NCT07291921: a code of its scope, category or policyRule, or a policy.uri (system urn:ietf:rfc:3986). A hospital's general research consent is not it."
* ^experimental = false
* include https://recurrence-cds.org/fhir/CodeSystem/recurrence-cds#study-participation "Participation in the study"
* include http://clinicaltrials.gov#NCT07291921
* include urn:ietf:rfc:3986#https://clinicaltrials.gov/study/NCT07291921
