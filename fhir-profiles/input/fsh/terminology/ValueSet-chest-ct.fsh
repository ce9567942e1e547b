ValueSet: ChestCt
Id: chest-ct
Title: "CT of the chest"
Description: "What an ImagingStudy's procedureCode says where it covers the chest."
* ^experimental = false
* include http://loinc.org#24627-2 "CT Chest"
* include http://loinc.org#29252-4 "CT Chest WO contrast"
* include http://loinc.org#24628-0 "CT Chest W contrast IV"
* include http://loinc.org#30598-7 "CT Chest WO and W contrast IV"
* include http://snomed.info/sct#169069000 "CT of chest (procedure)"
* include http://snomed.info/sct#418891003 "Computed tomography of chest and abdomen (procedure)"
* include http://snomed.info/sct#16334891000119106 "Low dose computed tomography of chest without contrast (procedure)"
