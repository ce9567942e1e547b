ValueSet: MalignancyHistory
Id: malignancy-history
Title: "Personal history of malignancy"
Description: "Codes that say somebody had a malignancy, not when. They count where the chart holds no diagnosis of another malignancy itself. Bronchus and lung (Z85.1) and unspecified (Z85.9) are left out: after a resection that is how the index cancer is coded."
* ^experimental = false
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #Z85.0
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #Z85.2
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #Z85.3
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #Z85.4
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #Z85.5
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #Z85.6
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #Z85.7
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #Z85.8
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #Z85.0
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #Z85.2
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #Z85.3
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #Z85.4
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #Z85.5
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #Z85.6
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #Z85.7
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #Z85.8
