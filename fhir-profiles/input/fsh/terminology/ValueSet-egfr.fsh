ValueSet: Egfr
Id: egfr
Title: "Estimated glomerular filtration rate"
Description: "Estimates per 1.73 m2 of body surface. Those that differ by race are left out: a laboratory sends both, and neither is known to be the patient's."
* ^experimental = false
* include http://loinc.org#33914-3 "Glomerular filtration rate/1.73 sq M.predicted by Creatinine-based formula (MDRD)"
* include http://loinc.org#62238-1 "Glomerular filtration rate/1.73 sq M.predicted by Creatinine-based formula (CKD-EPI)"
* include http://loinc.org#77147-7 "Glomerular filtration rate/1.73 sq M.predicted [Volume Rate/Area] in Serum, Plasma or Blood by Creatinine-based formula (MDRD)"
* include http://loinc.org#98979-8 "Glomerular filtration rate/1.73 sq M.predicted by Creatinine-based formula (CKD-EPI 2021)"
* include http://loinc.org#69405-9 "Glomerular filtration rate/1.73 sq M.predicted in Serum, Plasma or Blood"
