CodeSystem: TnmMetastases
Id: tnm-metastases
Title: "TNM distant metastases categories"
Description: "Distant metastases of lung cancer (TNM, 8th edition)."
* ^experimental = false
* ^caseSensitive = true
* #M0 "M0" "No distant metastasis."
* #M1 "M1" "Distant metastasis, of no stated extent."
* #M1a "M1a" "A nodule in the other lung, or pleural or pericardial disease."
* #M1b "M1b" "A single metastasis outside the chest."
* #M1c "M1c" "Several metastases outside the chest."
