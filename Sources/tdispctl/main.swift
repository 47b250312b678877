import CommandLineTool

await Tdispctl.runAndExit()
