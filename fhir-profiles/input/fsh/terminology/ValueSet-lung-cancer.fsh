ValueSet: LungCancer
Id: lung-cancer
Title: "Lung cancer, any histology"
Description: "Puts a chart in scope. ICD-10 C34 says lung cancer but not its histology."
* ^experimental = false
* include http://snomed.info/sct#254637007 "Non-small cell lung cancer (disorder)"
* include http://snomed.info/sct#424132000 "Non-small cell carcinoma of lung, TNM stage 1 (disorder)"
* include http://snomed.info/sct#425048006 "Non-small cell carcinoma of lung, TNM stage 2 (disorder)"
* include http://snomed.info/sct#422968005 "Non-small cell carcinoma of lung, TNM stage 3 (disorder)"
* include http://snomed.info/sct#423121009 "Non-small cell carcinoma of lung, TNM stage 4 (disorder)"
* include http://snomed.info/sct#254626006 "Adenocarcinoma of lung (disorder)"
* include http://snomed.info/sct#254634000 "Squamous cell carcinoma of lung (disorder)"
* include http://snomed.info/sct#254632001 "Small cell carcinoma of lung (disorder)"
* include http://snomed.info/sct#67811000119102 "Primary small cell malignant neoplasm of lung, TNM stage 1 (disorder)"
* include http://snomed.info/sct#363358000 "Malignant tumor of lung (disorder)"
* include http://snomed.info/sct#93880001 "Primary malignant neoplasm of lung (disorder)"
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C34
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C34
