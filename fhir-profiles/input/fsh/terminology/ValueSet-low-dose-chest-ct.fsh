ValueSet: LowDoseChestCt
Id: low-dose-chest-ct
Title: "Low-dose CT of the chest"
Description: "What a low-dose CT of the chest is booked with. Beside chest-ct, which says of which images the radiomics model may read."
* ^experimental = false
* include http://snomed.info/sct#16334891000119106 "Low dose computed tomography of chest without contrast (procedure)"
