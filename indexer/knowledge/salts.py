"""The words of salts, which stand after the name of a substance."""

from __future__ import annotations

SALTS = frozenset(
    """
    hydrochloride dihydrochloride hcl sodium disodium trisodium potassium dipotassium calcium
    magnesium sulfate bisulfate hydrogen phosphate diphosphate monophosphate acetate diacetate
    citrate bromide hydrobromide chloride maleate dimaleate tartrate bitartrate fumarate
    hemifumarate mesylate dimesylate besylate tosylate succinate hemisuccinate gluconate
    digluconate lactate nitrate mononitrate benzoate pamoate palmitate propionate dipropionate
    valerate malate s-malate pivalate cypionate decanoate enanthate furoate acetonide napsylate
    isethionate camsylate tannate oxalate olamine diolamine tromethamine meglumine dimeglumine
    arginine lysine erbumine polistirex anhydrous monohydrate dihydrate trihydrate hemihydrate
    hydrate heptahydrate tetrahydrate hexahydrate sesquihydrate iodide methylsulfate methylbromide
    saccharate aspartate monobasic dibasic recombinant human purified synthetic estolate
    ethylsuccinate stearate adipate hexacetonide undecanoate caproate butyrate probutate
    salicylate trometamol medocaril stinoprate propanediol besilate mesilate dimesilate tosilate
    esilate esylate ditosylate hyclate difumarate hemi-pentahydrate hemipentahydrate kit generator
    ovine zinc acetates tannates terephthalate xinafoate embonate axetil proxetil pivoxil ethanolate
    carbonate
    """.split()
)
"""Words after the base of a name that do not make another medicine of it."""
