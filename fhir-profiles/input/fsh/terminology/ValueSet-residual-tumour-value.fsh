ValueSet: ResidualTumourValue
Id: residual-tumour-value
Title: "R0, R1 and R2"
Description: "What a residual tumour Observation may say."
* ^experimental = false
* $project#r0
* $project#r1
* $project#r2
