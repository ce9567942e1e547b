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
* #asparagine "Asparagine"
* #asparagine ^property[0].code = #molar-mass
* #asparagine ^property[0].valueDecimal = 132.12
* #asparagine ^property[1].code = #plausible-low
* #asparagine ^property[1].valueDecimal = 2.4
* #asparagine ^property[2].code = #plausible-high
* #asparagine ^property[2].valueDecimal = 940
* #aspartate "Aspartate"
* #aspartate ^property[0].code = #molar-mass
* #aspartate ^property[0].valueDecimal = 133.1
* #aspartate ^property[1].code = #plausible-low
* #aspartate ^property[1].valueDecimal = 0.4
* #aspartate ^property[2].code = #plausible-high
* #aspartate ^property[2].valueDecimal = 160
* #betaine "Betaine"
* #betaine ^property[0].code = #molar-mass
* #betaine ^property[0].valueDecimal = 117.15
* #betaine ^property[1].code = #plausible-low
* #betaine ^property[1].valueDecimal = 1.6
* #betaine ^property[2].code = #plausible-high
* #betaine ^property[2].valueDecimal = 660
* #carnitine "Carnitine"
* #carnitine ^property[0].code = #molar-mass
* #carnitine ^property[0].valueDecimal = 161.2
* #carnitine ^property[1].code = #plausible-low
* #carnitine ^property[1].valueDecimal = 2
* #carnitine ^property[2].code = #plausible-high
* #carnitine ^property[2].valueDecimal = 800
* #acetylcarnitine "Acetylcarnitine"
* #acetylcarnitine ^property[0].code = #molar-mass
* #acetylcarnitine ^property[0].valueDecimal = 203.24
* #acetylcarnitine ^property[1].code = #plausible-low
* #acetylcarnitine ^property[1].valueDecimal = 0.33
* #acetylcarnitine ^property[2].code = #plausible-high
* #acetylcarnitine ^property[2].valueDecimal = 130
* #propionylcarnitine "Propionylcarnitine"
* #propionylcarnitine ^property[0].code = #molar-mass
* #propionylcarnitine ^property[0].valueDecimal = 217.26
* #propionylcarnitine ^property[1].code = #plausible-low
* #propionylcarnitine ^property[1].valueDecimal = 0.02
* #propionylcarnitine ^property[2].code = #plausible-high
* #propionylcarnitine ^property[2].valueDecimal = 8
* #butyrylcarnitine "Butyrylcarnitine"
* #butyrylcarnitine ^property[0].code = #molar-mass
* #butyrylcarnitine ^property[0].valueDecimal = 231.29
* #butyrylcarnitine ^property[1].code = #plausible-low
* #butyrylcarnitine ^property[1].valueDecimal = 0.01
* #butyrylcarnitine ^property[2].code = #plausible-high
* #butyrylcarnitine ^property[2].valueDecimal = 4
* #octanoylcarnitine "Octanoylcarnitine"
* #octanoylcarnitine ^property[0].code = #molar-mass
* #octanoylcarnitine ^property[0].valueDecimal = 287.39
* #octanoylcarnitine ^property[1].code = #plausible-low
* #octanoylcarnitine ^property[1].valueDecimal = 0.0075
* #octanoylcarnitine ^property[2].code = #plausible-high
* #octanoylcarnitine ^property[2].valueDecimal = 3
* #decanoylcarnitine "Decanoylcarnitine"
* #decanoylcarnitine ^property[0].code = #molar-mass
* #decanoylcarnitine ^property[0].valueDecimal = 315.45
* #decanoylcarnitine ^property[1].code = #plausible-low
* #decanoylcarnitine ^property[1].valueDecimal = 0.013
* #decanoylcarnitine ^property[2].code = #plausible-high
* #decanoylcarnitine ^property[2].valueDecimal = 5
* #palmitoylcarnitine "Palmitoylcarnitine"
* #palmitoylcarnitine ^property[0].code = #molar-mass
* #palmitoylcarnitine ^property[0].valueDecimal = 399.61
* #palmitoylcarnitine ^property[1].code = #plausible-low
* #palmitoylcarnitine ^property[1].valueDecimal = 0.005
* #palmitoylcarnitine ^property[2].code = #plausible-high
* #palmitoylcarnitine ^property[2].valueDecimal = 2
* #creatine "Creatine"
* #creatine ^property[0].code = #molar-mass
* #creatine ^property[0].valueDecimal = 131.13
* #creatine ^property[1].code = #plausible-low
* #creatine ^property[1].valueDecimal = 1.8
* #creatine ^property[2].code = #plausible-high
* #creatine ^property[2].valueDecimal = 700
* #cystine "Cystine"
* #cystine ^property[0].code = #molar-mass
* #cystine ^property[0].valueDecimal = 240.3
* #cystine ^property[1].code = #plausible-low
* #cystine ^property[1].valueDecimal = 2.5
* #cystine ^property[2].code = #plausible-high
* #cystine ^property[2].valueDecimal = 1000
* #dimethylarginine "Asymmetric dimethylarginine"
* #dimethylarginine ^property[0].code = #molar-mass
* #dimethylarginine ^property[0].valueDecimal = 202.25
* #dimethylarginine ^property[1].code = #plausible-low
* #dimethylarginine ^property[1].valueDecimal = 0.025
* #dimethylarginine ^property[2].code = #plausible-high
* #dimethylarginine ^property[2].valueDecimal = 10
* #citrate "Citrate"
* #citrate ^property[0].code = #molar-mass
* #citrate ^property[0].valueDecimal = 192.12
* #citrate ^property[1].code = #plausible-low
* #citrate ^property[1].valueDecimal = 5.5
* #citrate ^property[2].code = #plausible-high
* #citrate ^property[2].valueDecimal = 2200
* #succinate "Succinate"
* #succinate ^property[0].code = #molar-mass
* #succinate ^property[0].valueDecimal = 118.09
* #succinate ^property[1].code = #plausible-low
* #succinate ^property[1].valueDecimal = 0.3
* #succinate ^property[2].code = #plausible-high
* #succinate ^property[2].valueDecimal = 120
* #malate "Malate"
* #malate ^property[0].code = #molar-mass
* #malate ^property[0].valueDecimal = 134.09
* #malate ^property[1].code = #plausible-low
* #malate ^property[1].valueDecimal = 0.25
* #malate ^property[2].code = #plausible-high
* #malate ^property[2].valueDecimal = 100
* #fumarate "Fumarate"
* #fumarate ^property[0].code = #molar-mass
* #fumarate ^property[0].valueDecimal = 116.07
* #fumarate ^property[1].code = #plausible-low
* #fumarate ^property[1].valueDecimal = 0.075
* #fumarate ^property[2].code = #plausible-high
* #fumarate ^property[2].valueDecimal = 30
* #pyruvate "Pyruvate"
* #pyruvate ^property[0].code = #molar-mass
* #pyruvate ^property[0].valueDecimal = 88.06
* #pyruvate ^property[1].code = #plausible-low
* #pyruvate ^property[1].valueDecimal = 3.3
* #pyruvate ^property[2].code = #plausible-high
* #pyruvate ^property[2].valueDecimal = 1300
* #3-hydroxybutyrate "3-Hydroxybutyrate"
* #3-hydroxybutyrate ^property[0].code = #molar-mass
* #3-hydroxybutyrate ^property[0].valueDecimal = 104.1
* #3-hydroxybutyrate ^property[1].code = #plausible-low
* #3-hydroxybutyrate ^property[1].valueDecimal = 4
* #3-hydroxybutyrate ^property[2].code = #plausible-high
* #3-hydroxybutyrate ^property[2].valueDecimal = 1600
* #2-hydroxybutyrate "2-Hydroxybutyrate"
* #2-hydroxybutyrate ^property[0].code = #molar-mass
* #2-hydroxybutyrate ^property[0].valueDecimal = 104.1
* #2-hydroxybutyrate ^property[1].code = #plausible-low
* #2-hydroxybutyrate ^property[1].valueDecimal = 1.8
* #2-hydroxybutyrate ^property[2].code = #plausible-high
* #2-hydroxybutyrate ^property[2].valueDecimal = 700
* #glucose "Glucose"
* #glucose ^property[0].code = #molar-mass
* #glucose ^property[0].valueDecimal = 180.16
* #glucose ^property[1].code = #plausible-low
* #glucose ^property[1].valueDecimal = 250
* #glucose ^property[2].code = #plausible-high
* #glucose ^property[2].valueDecimal = 100000
* #urate "Urate"
* #urate ^property[0].code = #molar-mass
* #urate ^property[0].valueDecimal = 168.11
* #urate ^property[1].code = #plausible-low
* #urate ^property[1].valueDecimal = 15
* #urate ^property[2].code = #plausible-high
* #urate ^property[2].valueDecimal = 6000
* #xanthine "Xanthine"
* #xanthine ^property[0].code = #molar-mass
* #xanthine ^property[0].valueDecimal = 152.11
* #xanthine ^property[1].code = #plausible-low
* #xanthine ^property[1].valueDecimal = 0.05
* #xanthine ^property[2].code = #plausible-high
* #xanthine ^property[2].valueDecimal = 20
* #inosine "Inosine"
* #inosine ^property[0].code = #molar-mass
* #inosine ^property[0].valueDecimal = 268.23
* #inosine ^property[1].code = #plausible-low
* #inosine ^property[1].valueDecimal = 0.01
* #inosine ^property[2].code = #plausible-high
* #inosine ^property[2].valueDecimal = 4
* #uridine "Uridine"
* #uridine ^property[0].code = #molar-mass
* #uridine ^property[0].valueDecimal = 244.2
* #uridine ^property[1].code = #plausible-low
* #uridine ^property[1].valueDecimal = 0.2
* #uridine ^property[2].code = #plausible-high
* #uridine ^property[2].valueDecimal = 80
* #sarcosine "Sarcosine"
* #sarcosine ^property[0].code = #molar-mass
* #sarcosine ^property[0].valueDecimal = 89.09
* #sarcosine ^property[1].code = #plausible-low
* #sarcosine ^property[1].valueDecimal = 0.075
* #sarcosine ^property[2].code = #plausible-high
* #sarcosine ^property[2].valueDecimal = 30
* #spermidine "Spermidine"
* #spermidine ^property[0].code = #molar-mass
* #spermidine ^property[0].valueDecimal = 145.25
* #spermidine ^property[1].code = #plausible-low
* #spermidine ^property[1].valueDecimal = 0.013
* #spermidine ^property[2].code = #plausible-high
* #spermidine ^property[2].valueDecimal = 5
* #spermine "Spermine"
* #spermine ^property[0].code = #molar-mass
* #spermine ^property[0].valueDecimal = 202.34
* #spermine ^property[1].code = #plausible-low
* #spermine ^property[1].valueDecimal = 0.005
* #spermine ^property[2].code = #plausible-high
* #spermine ^property[2].valueDecimal = 2
* #putrescine "Putrescine"
* #putrescine ^property[0].code = #molar-mass
* #putrescine ^property[0].valueDecimal = 88.15
* #putrescine ^property[1].code = #plausible-low
* #putrescine ^property[1].valueDecimal = 0.01
* #putrescine ^property[2].code = #plausible-high
* #putrescine ^property[2].valueDecimal = 4
* #quinolinate "Quinolinate"
* #quinolinate ^property[0].code = #molar-mass
* #quinolinate ^property[0].valueDecimal = 167.12
* #quinolinate ^property[1].code = #plausible-low
* #quinolinate ^property[1].valueDecimal = 0.017
* #quinolinate ^property[2].code = #plausible-high
* #quinolinate ^property[2].valueDecimal = 7
* #trimethylaminenoxide "Trimethylamine N-oxide"
* #trimethylaminenoxide ^property[0].code = #molar-mass
* #trimethylaminenoxide ^property[0].valueDecimal = 75.11
* #trimethylaminenoxide ^property[1].code = #plausible-low
* #trimethylaminenoxide ^property[1].valueDecimal = 0.17
* #trimethylaminenoxide ^property[2].code = #plausible-high
* #trimethylaminenoxide ^property[2].valueDecimal = 70
* #lysopc160 "LysoPC 16:0"
* #lysopc160 ^property[0].code = #molar-mass
* #lysopc160 ^property[0].valueDecimal = 495.63
* #lysopc160 ^property[1].code = #plausible-low
* #lysopc160 ^property[1].valueDecimal = 5.5
* #lysopc160 ^property[2].code = #plausible-high
* #lysopc160 ^property[2].valueDecimal = 2200
* #lysopc180 "LysoPC 18:0"
* #lysopc180 ^property[0].code = #molar-mass
* #lysopc180 ^property[0].valueDecimal = 523.68
* #lysopc180 ^property[1].code = #plausible-low
* #lysopc180 ^property[1].valueDecimal = 1.4
* #lysopc180 ^property[2].code = #plausible-high
* #lysopc180 ^property[2].valueDecimal = 560
* #lysopc182 "LysoPC 18:2"
* #lysopc182 ^property[0].code = #molar-mass
* #lysopc182 ^property[0].valueDecimal = 519.65
* #lysopc182 ^property[1].code = #plausible-low
* #lysopc182 ^property[1].valueDecimal = 1.4
* #lysopc182 ^property[2].code = #plausible-high
* #lysopc182 ^property[2].valueDecimal = 560
* #oleate "Oleate"
* #oleate ^property[0].code = #molar-mass
* #oleate ^property[0].valueDecimal = 282.46
* #oleate ^property[1].code = #plausible-low
* #oleate ^property[1].valueDecimal = 11
* #oleate ^property[2].code = #plausible-high
* #oleate ^property[2].valueDecimal = 4400
* #linoleate "Linoleate"
* #linoleate ^property[0].code = #molar-mass
* #linoleate ^property[0].valueDecimal = 280.45
* #linoleate ^property[1].code = #plausible-low
* #linoleate ^property[1].valueDecimal = 6
* #linoleate ^property[2].code = #plausible-high
* #linoleate ^property[2].valueDecimal = 2400
