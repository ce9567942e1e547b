ValueSet: Nsclc
Id: nsclc
Title: "Non-small-cell lung cancer"
Description: "Diagnoses that say NSCLC in so many words. A site adds its own codes by configuration."
* ^experimental = false
* include http://snomed.info/sct#254637007 "Non-small cell lung cancer (disorder)"
* include http://snomed.info/sct#424132000 "Non-small cell carcinoma of lung, TNM stage 1 (disorder)"
* include http://snomed.info/sct#425048006 "Non-small cell carcinoma of lung, TNM stage 2 (disorder)"
* include http://snomed.info/sct#422968005 "Non-small cell carcinoma of lung, TNM stage 3 (disorder)"
* include http://snomed.info/sct#423121009 "Non-small cell carcinoma of lung, TNM stage 4 (disorder)"
* include http://snomed.info/sct#254626006 "Adenocarcinoma of lung (disorder)"
* include http://snomed.info/sct#254634000 "Squamous cell carcinoma of lung (disorder)"
