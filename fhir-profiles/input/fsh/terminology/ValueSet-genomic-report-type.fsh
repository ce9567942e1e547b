ValueSet: GenomicReportType
Id: genomic-report-type
Title: "Genomic report"
Description: "Genomics Reporting genomic-report."
* ^experimental = false
* include http://loinc.org#51969-4 "Genetic analysis report"
