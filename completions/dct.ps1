# Completions of dct for PowerShell 7.3 and later. What there is to offer is asked of dct itself; nothing that was typed is evaluated.

Register-ArgumentCompleter -Native -CommandName dct -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $words = @(
        $commandAst.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object {
            if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
        }
    )
    $dct = Get-Command dct -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    if (-not $dct) { return }
    $before = $env:DCT_COMPLETE
    $env:DCT_COMPLETE = '1'
    try { $lines = & $dct -- @words ([string]$wordToComplete).Trim("'", '"') 2>$null } finally { $env:DCT_COMPLETE = $before }
    foreach ($line in $lines) {
        $value, $help = $line -split "`t", 2
        if (-not $help) { $help = $value }
        $typed = if ($value -match '^[-\w./:\\~]+$') { $value } else { "'" + $value.Replace("'", "''") + "'" }
        [System.Management.Automation.CompletionResult]::new($typed, $value, 'ParameterValue', $help)
    }
}
