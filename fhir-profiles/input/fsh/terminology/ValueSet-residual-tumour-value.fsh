ValueSet: ResidualTumourValue
Id: residual-tumour-value
Title: "R0, R1 and R2"
Description: "What a residual tumour Observation may say."
* ^experimental = false
* $project#r0 "R0: no residual tumour"
* $project#r1 "R1: microscopic residual tumour"
* $project#r2 "R2: macroscopic residual tumour"
