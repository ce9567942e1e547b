ValueSet: Malignancy
Id: malignancy
Title: "Malignancy"
Description: "Malignant primaries at any site. Secondary ones (C77-C79) and ill-defined sites that may be the index cancer itself (C39, C76, C80) are left out; what lung-cancer holds is taken off by the service. Of SNOMED CT only the concepts named here are known without a terminology server; a site adds its own."
* ^experimental = false
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C00
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C01
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C02
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C03
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C04
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C05
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C06
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C07
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C08
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C09
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C10
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C11
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C12
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C13
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C14
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C15
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C16
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C17
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C18
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C19
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C20
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C21
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C22
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C23
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C24
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C25
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C26
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C30
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C31
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C32
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C33
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C34
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C37
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C38
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C40
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C41
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C43
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C44
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C45
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C46
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C47
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C48
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C49
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C50
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C51
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C52
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C53
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C54
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C55
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C56
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C57
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C58
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C60
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C61
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C62
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C63
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C64
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C65
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C66
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C67
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C68
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C69
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C70
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C71
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C72
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C73
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C74
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C75
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C81
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C82
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C83
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C84
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C85
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C86
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C88
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C90
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C91
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C92
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C93
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C94
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C95
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C96
* include codes from system http://hl7.org/fhir/sid/icd-10 where concept is-a #C97
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C00
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C01
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C02
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C03
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C04
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C05
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C06
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C07
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C08
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C09
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C10
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C11
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C12
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C13
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C14
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C15
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C16
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C17
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C18
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C19
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C20
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C21
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C22
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C23
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C24
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C25
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C26
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C30
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C31
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C32
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C33
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C34
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C37
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C38
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C40
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C41
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C43
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C44
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C45
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C46
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C47
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C48
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C49
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C50
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C51
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C52
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C53
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C54
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C55
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C56
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C57
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C58
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C60
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C61
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C62
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C63
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C64
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C65
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C66
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C67
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C68
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C69
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C70
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C71
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C72
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C73
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C74
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C75
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C81
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C82
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C83
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C84
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C85
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C86
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C88
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C90
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C91
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C92
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C93
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C94
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C95
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C96
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C4A
* include codes from system http://hl7.org/fhir/sid/icd-10-cm where concept is-a #C7A
* include http://snomed.info/sct#254837009 "Malignant neoplasm of breast (disorder)"
* include http://snomed.info/sct#372137005 "Primary malignant neoplasm of breast (disorder)"
* include http://snomed.info/sct#353431000119107 "Primary malignant neoplasm of female left breast (disorder)"
* include http://snomed.info/sct#93761005 "Primary malignant neoplasm of colon (disorder)"
* include http://snomed.info/sct#109838007 "Overlapping malignant neoplasm of colon (disorder)"
* include http://snomed.info/sct#372014001 "Primary malignant neoplasm of stomach (disorder)"
* include http://snomed.info/sct#371984007 "Primary malignant neoplasm of esophagus (disorder)"
* include http://snomed.info/sct#94098005 "Primary malignant neoplasm of thyroid gland (disorder)"
* include http://snomed.info/sct#277571004 "B-cell acute lymphoblastic leukemia (disorder)"
* include http://snomed.info/sct#92814006 "Chronic lymphoid leukemia, disease (disorder)"
* include http://snomed.info/sct#399068003 "Malignant tumor of prostate (disorder)"
* include http://snomed.info/sct#363406005 "Malignant neoplasm of colon (disorder)"
* include http://snomed.info/sct#363351006 "Malignant tumor of rectum (disorder)"
* include http://snomed.info/sct#363349007 "Malignant tumor of stomach (disorder)"
* include http://snomed.info/sct#363402007 "Malignant tumor of esophagus (disorder)"
* include http://snomed.info/sct#363418001 "Malignant tumor of pancreas (disorder)"
* include http://snomed.info/sct#93870000 "Malignant neoplasm of liver (disorder)"
* include http://snomed.info/sct#109841003 "Liver cell carcinoma (disorder)"
* include http://snomed.info/sct#363518003 "Malignant tumor of kidney (disorder)"
* include http://snomed.info/sct#399326009 "Malignant tumor of urinary bladder (disorder)"
* include http://snomed.info/sct#363354003 "Malignant tumor of cervix (disorder)"
* include http://snomed.info/sct#363443007 "Malignant tumor of ovary (disorder)"
* include http://snomed.info/sct#371973000 "Malignant neoplasm of uterus (disorder)"
* include http://snomed.info/sct#363478007 "Malignant tumor of thyroid gland (disorder)"
* include http://snomed.info/sct#372130007 "Malignant neoplasm of skin (disorder)"
* include http://snomed.info/sct#372244006 "Malignant melanoma (disorder)"
* include http://snomed.info/sct#254701007 "Basal cell carcinoma of skin (disorder)"
* include http://snomed.info/sct#118600007 "Malignant lymphoma (disorder)"
* include http://snomed.info/sct#109989006 "Multiple myeloma (disorder)"
* include http://snomed.info/sct#93143009 "Leukemia, disease (disorder)"
