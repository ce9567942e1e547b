ValueSet: OtherLungHistology
Id: other-lung-histology
Title: "Lung cancer that is not NSCLC"
Description: "Diagnoses that rule NSCLC out."
* ^experimental = false
* include http://snomed.info/sct#254632001 "Small cell carcinoma of lung (disorder)"
* include http://snomed.info/sct#67811000119102 "Primary small cell malignant neoplasm of lung, TNM stage 1 (disorder)"
