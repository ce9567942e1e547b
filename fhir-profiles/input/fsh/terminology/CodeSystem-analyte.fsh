CodeSystem: Analyte
Id: analyte
Title: "Analytes of the plasma metabolomics panel"
Description: "Analytes the metabolomics model takes, with what is needed to read a laboratory's values of them. plausible-low and plausible-high bound the plasma concentrations of adults generously: the typical mean of healthy adults (Human Metabolome Database, doi:10.1093/nar/gkab1062) divided and multiplied by 20, rounded to two significant digits. Outside of them an error of unit or transcription is likelier than a patient, and the sample is not used."
* ^experimental = false
* ^caseSensitive = true
* ^property[0].code = #molar-mass
* ^property[0].description = "Molar mass, g/mol; turns mass concentrations into amount concentrations"
* ^property[0].type = #decimal
* ^property[1].code = #plausible-low
* ^property[1].description = "Least plausible plasma concentration of an adult, umol/L: typical mean / 20. Below it an error of unit or transcription is likelier than a patient; a limit of detection may lie below it"
* ^property[1].type = #decimal
* ^property[2].code = #plausible-high
* ^property[2].description = "Greatest plausible plasma concentration of an adult, umol/L: typical mean x 20. Above it an error of unit or transcription is likelier than a patient"
* ^property[2].type = #decimal
* #leucine "Leucine"
* #leucine ^property[0].code = #molar-mass
* #leucine ^property[0].valueDecimal = 131.17
* #leucine ^property[1].code = #plausible-low
* #leucine ^property[1].valueDecimal = 6.3
* #leucine ^property[2].code = #plausible-high
* #leucine ^property[2].valueDecimal = 2500
* #isoleucine "Isoleucine"
* #isoleucine ^property[0].code = #molar-mass
* #isoleucine ^property[0].valueDecimal = 131.17
* #isoleucine ^property[1].code = #plausible-low
* #isoleucine ^property[1].valueDecimal = 3.1
* #isoleucine ^property[2].code = #plausible-high
* #isoleucine ^property[2].valueDecimal = 1200
* #valine "Valine"
* #valine ^property[0].code = #molar-mass
* #valine ^property[0].valueDecimal = 117.15
* #valine ^property[1].code = #plausible-low
* #valine ^property[1].valueDecimal = 12
* #valine ^property[2].code = #plausible-high
* #valine ^property[2].valueDecimal = 4700
* #lysine "Lysine"
* #lysine ^property[0].code = #molar-mass
* #lysine ^property[0].valueDecimal = 146.19
* #lysine ^property[1].code = #plausible-low
* #lysine ^property[1].valueDecimal = 9.5
* #lysine ^property[2].code = #plausible-high
* #lysine ^property[2].valueDecimal = 3800
* #methionine "Methionine"
* #methionine ^property[0].code = #molar-mass
* #methionine ^property[0].valueDecimal = 149.21
* #methionine ^property[1].code = #plausible-low
* #methionine ^property[1].valueDecimal = 1.3
* #methionine ^property[2].code = #plausible-high
* #methionine ^property[2].valueDecimal = 520
* #phenylalanine "Phenylalanine"
* #phenylalanine ^property[0].code = #molar-mass
* #phenylalanine ^property[0].valueDecimal = 165.19
* #phenylalanine ^property[1].code = #plausible-low
* #phenylalanine ^property[1].valueDecimal = 3
* #phenylalanine ^property[2].code = #plausible-high
* #phenylalanine ^property[2].valueDecimal = 1200
* #threonine "Threonine"
* #threonine ^property[0].code = #molar-mass
* #threonine ^property[0].valueDecimal = 119.12
* #threonine ^property[1].code = #plausible-low
* #threonine ^property[1].valueDecimal = 6.5
* #threonine ^property[2].code = #plausible-high
* #threonine ^property[2].valueDecimal = 2600
* #tryptophan "Tryptophan"
* #tryptophan ^property[0].code = #molar-mass
* #tryptophan ^property[0].valueDecimal = 204.23
* #tryptophan ^property[1].code = #plausible-low
* #tryptophan ^property[1].valueDecimal = 2.9
* #tryptophan ^property[2].code = #plausible-high
* #tryptophan ^property[2].valueDecimal = 1200
* #alanine "Alanine"
* #alanine ^property[0].code = #molar-mass
* #alanine ^property[0].valueDecimal = 89.09
* #alanine ^property[1].code = #plausible-low
* #alanine ^property[1].valueDecimal = 18
* #alanine ^property[2].code = #plausible-high
* #alanine ^property[2].valueDecimal = 7200
* #arginine "Arginine"
* #arginine ^property[0].code = #molar-mass
* #arginine ^property[0].valueDecimal = 174.2
* #arginine ^property[1].code = #plausible-low
* #arginine ^property[1].valueDecimal = 4
* #arginine ^property[2].code = #plausible-high
* #arginine ^property[2].valueDecimal = 1600
* #citrulline "Citrulline"
* #citrulline ^property[0].code = #molar-mass
* #citrulline ^property[0].valueDecimal = 175.19
* #citrulline ^property[1].code = #plausible-low
* #citrulline ^property[1].valueDecimal = 1.6
* #citrulline ^property[2].code = #plausible-high
* #citrulline ^property[2].valueDecimal = 660
* #glutamate "Glutamate"
* #glutamate ^property[0].code = #molar-mass
* #glutamate ^property[0].valueDecimal = 147.13
* #glutamate ^property[1].code = #plausible-low
* #glutamate ^property[1].valueDecimal = 2.8
* #glutamate ^property[2].code = #plausible-high
* #glutamate ^property[2].valueDecimal = 1100
* #glutamine "Glutamine"
* #glutamine ^property[0].code = #molar-mass
* #glutamine ^property[0].valueDecimal = 146.14
* #glutamine ^property[1].code = #plausible-low
* #glutamine ^property[1].valueDecimal = 29
* #glutamine ^property[2].code = #plausible-high
* #glutamine ^property[2].valueDecimal = 12000
* #glycine "Glycine"
* #glycine ^property[0].code = #molar-mass
* #glycine ^property[0].valueDecimal = 75.07
* #glycine ^property[1].code = #plausible-low
* #glycine ^property[1].valueDecimal = 12
* #glycine ^property[2].code = #plausible-high
* #glycine ^property[2].valueDecimal = 4800
* #histidine "Histidine"
* #histidine ^property[0].code = #molar-mass
* #histidine ^property[0].valueDecimal = 155.15
* #histidine ^property[1].code = #plausible-low
* #histidine ^property[1].valueDecimal = 4
* #histidine ^property[2].code = #plausible-high
* #histidine ^property[2].valueDecimal = 1600
* #ornithine "Ornithine"
* #ornithine ^property[0].code = #molar-mass
* #ornithine ^property[0].valueDecimal = 132.16
* #ornithine ^property[1].code = #plausible-low
* #ornithine ^property[1].valueDecimal = 3
* #ornithine ^property[2].code = #plausible-high
* #ornithine ^property[2].valueDecimal = 1200
* #proline "Proline"
* #proline ^property[0].code = #molar-mass
* #proline ^property[0].valueDecimal = 115.13
* #proline ^property[1].code = #plausible-low
* #proline ^property[1].valueDecimal = 9.5
* #proline ^property[2].code = #plausible-high
* #proline ^property[2].valueDecimal = 3800
* #serine "Serine"
* #serine ^property[0].code = #molar-mass
* #serine ^property[0].valueDecimal = 105.09
* #serine ^property[1].code = #plausible-low
* #serine ^property[1].valueDecimal = 5.6
* #serine ^property[2].code = #plausible-high
* #serine ^property[2].valueDecimal = 2200
* #taurine "Taurine"
* #taurine ^property[0].code = #molar-mass
* #taurine ^property[0].valueDecimal = 125.15
* #taurine ^property[1].code = #plausible-low
* #taurine ^property[1].valueDecimal = 2.8
* #taurine ^property[2].code = #plausible-high
* #taurine ^property[2].valueDecimal = 1100
* #tyrosine "Tyrosine"
* #tyrosine ^property[0].code = #molar-mass
* #tyrosine ^property[0].valueDecimal = 181.19
* #tyrosine ^property[1].code = #plausible-low
* #tyrosine ^property[1].valueDecimal = 3.3
* #tyrosine ^property[2].code = #plausible-high
* #tyrosine ^property[2].valueDecimal = 1300
* #kynurenine "Kynurenine"
* #kynurenine ^property[0].code = #molar-mass
* #kynurenine ^property[0].valueDecimal = 208.21
* #kynurenine ^property[1].code = #plausible-low
* #kynurenine ^property[1].valueDecimal = 0.095
* #kynurenine ^property[2].code = #plausible-high
* #kynurenine ^property[2].valueDecimal = 38
* #lactate "Lactate"
* #lactate ^property[0].code = #molar-mass
* #lactate ^property[0].valueDecimal = 90.08
* #lactate ^property[1].code = #plausible-low
* #lactate ^property[1].valueDecimal = 70
* #lactate ^property[2].code = #plausible-high
* #lactate ^property[2].valueDecimal = 28000
* #choline "Choline"
* #choline ^property[0].code = #molar-mass
* #choline ^property[0].valueDecimal = 104.17
* #choline ^property[1].code = #plausible-low
* #choline ^property[1].valueDecimal = 0.47
* #choline ^property[2].code = #plausible-high
* #choline ^property[2].valueDecimal = 190
* #hypoxanthine "Hypoxanthine"
* #hypoxanthine ^property[0].code = #molar-mass
* #hypoxanthine ^property[0].valueDecimal = 136.11
* #hypoxanthine ^property[1].code = #plausible-low
* #hypoxanthine ^property[1].valueDecimal = 0.23
* #hypoxanthine ^property[2].code = #plausible-high
* #hypoxanthine ^property[2].valueDecimal = 90
