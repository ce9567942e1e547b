ValueSet: SublobarLungResection
Id: sublobar-lung-resection
Title: "Sublobar resection of lung"
Description: "Operations that take less than a lobe: not radical unless a curative intent is recorded. A subset of lung-resection."
* ^experimental = false
* include http://snomed.info/sct#359615001 "Partial lobectomy of lung (procedure)"
* include http://snomed.info/sct#173172000 "Excision of segment of lung (procedure)"
* include http://www.cms.gov/Medicare/Coding/ICD10#0BTH0ZZ "Resection of lung lingula, open approach"
* include http://www.cms.gov/Medicare/Coding/ICD10#0BTH4ZZ "Resection of lung lingula, percutaneous endoscopic approach"
