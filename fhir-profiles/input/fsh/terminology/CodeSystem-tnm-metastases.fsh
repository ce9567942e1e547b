CodeSystem: TnmMetastases
Id: tnm-metastases
Title: "TNM distant metastases categories"
Description: "Distant metastases of lung cancer (TNM, 8th edition)."
* ^experimental = false
* ^caseSensitive = true
* #M0 "M0" "No distant metastasis."
* #M1 "M1" "Distant metastasis; whether M1a, M1b or M1c is not said."
* #M1a "M1a" "Nodules in a contralateral lobe, pleural or pericardial nodules, or malignant pleural or pericardial effusion."
* #M1b "M1b" "A single extrathoracic metastasis."
* #M1c "M1c" "Several extrathoracic metastases, in one organ or more."
