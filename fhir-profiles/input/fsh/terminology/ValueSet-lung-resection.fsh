ValueSet: LungResection
Id: lung-resection
Title: "Resection of lung"
Description: "Operations that remove lung tissue with curative intent. 173171007 is used as \"Lobectomy of lung\"; a site checks the codes against its own SNOMED CT edition."
* ^experimental = false
* http://snomed.info/sct#173171007 "Lobectomy of lung (procedure)"
* http://snomed.info/sct#359615001 "Partial lobectomy of lung (procedure)"
* http://snomed.info/sct#49795001 "Pneumonectomy (procedure)"
* http://snomed.info/sct#173172000 "Excision of segment of lung (procedure)"
