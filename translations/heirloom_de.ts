<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>Commands</name>
    <message>
        <source>&amp;Open...</source>
        <translation>Ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Open photos</source>
        <translation>Fotos öffnen</translation>
    </message>
    <message>
        <source>Open &amp;Folder...</source>
        <translation>&amp;Ordner öffnen …</translation>
    </message>
    <message>
        <source>Open all photos of a folder</source>
        <translation>Alle Fotos eines Ordners öffnen</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>Save the result</source>
        <translation>Das Ergebnis speichern</translation>
    </message>
    <message>
        <source>Save &amp;As...</source>
        <translation>Speichern &amp;unter …</translation>
    </message>
    <message>
        <source>Save under another name or in another format</source>
        <translation>Unter anderem Namen oder in anderem Format speichern</translation>
    </message>
    <message>
        <source>&amp;Close Photo</source>
        <translation>Foto s&amp;chließen</translation>
    </message>
    <message>
        <source>Take this photo out of the window</source>
        <translation>Dieses Foto aus dem Fenster nehmen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>Leave Heirloom</source>
        <translation>Heirloom verlassen</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>Take the last step back</source>
        <translation>Den letzten Schritt zurücknehmen</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Do the step again</source>
        <translation>Den Schritt noch einmal tun</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Copy the picture as it is shown</source>
        <translation>Das Bild kopieren, wie es gezeigt wird</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>&amp;Einfügen</translation>
    </message>
    <message>
        <source>Open the picture of the clipboard</source>
        <translation>Das Bild der Zwischenablage öffnen</translation>
    </message>
    <message>
        <source>Pre&amp;ferences...</source>
        <translation>Ein&amp;stellungen …</translation>
    </message>
    <message>
        <source>Appearance, colours, device, shortcuts</source>
        <translation>Erscheinungsbild, Farben, Gerät, Tastenkürzel</translation>
    </message>
    <message>
        <source>Zoom &amp;In</source>
        <translation>&amp;Vergrößern</translation>
    </message>
    <message>
        <source>Show it larger</source>
        <translation>Größer zeigen</translation>
    </message>
    <message>
        <source>Zoom &amp;Out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>Show it smaller</source>
        <translation>Kleiner zeigen</translation>
    </message>
    <message>
        <source>&amp;Fit in Window</source>
        <translation>&amp;Einpassen</translation>
    </message>
    <message>
        <source>Show the whole photo</source>
        <translation>Das ganze Foto zeigen</translation>
    </message>
    <message>
        <source>&amp;100 %</source>
        <translation>&amp;100 %</translation>
    </message>
    <message>
        <source>One pixel of the photo on one pixel of the screen</source>
        <translation>Ein Bildpunkt des Fotos auf einem Punkt des Bildschirms</translation>
    </message>
    <message>
        <source>&amp;Divider</source>
        <translation>&amp;Trennlinie</translation>
    </message>
    <message>
        <source>Before and after side by side, or the result alone</source>
        <translation>Vorher und nachher nebeneinander, oder das Ergebnis allein</translation>
    </message>
    <message>
        <source>S&amp;wap Sides</source>
        <translation>Seiten ta&amp;uschen</translation>
    </message>
    <message>
        <source>Result on the left, original on the right</source>
        <translation>Ergebnis links, Original rechts</translation>
    </message>
    <message>
        <source>Show Ori&amp;ginal While Held</source>
        <translation>Ori&amp;ginal zeigen, solange gedrückt</translation>
    </message>
    <message>
        <source>See the original for as long as the key is held</source>
        <translation>Das Original sehen, solange die Taste gedrückt ist</translation>
    </message>
    <message>
        <source>&amp;Previous Photo</source>
        <translation>V&amp;origes Foto</translation>
    </message>
    <message>
        <source>Step to the photo before</source>
        <translation>Zum vorigen Foto gehen</translation>
    </message>
    <message>
        <source>&amp;Next Photo</source>
        <translation>&amp;Nächstes Foto</translation>
    </message>
    <message>
        <source>Step to the photo after</source>
        <translation>Zum nächsten Foto gehen</translation>
    </message>
    <message>
        <source>&amp;Side Panel</source>
        <translation>&amp;Seitenleiste</translation>
    </message>
    <message>
        <source>Show or hide the settings</source>
        <translation>Die Einstellungen zeigen oder verbergen</translation>
    </message>
    <message>
        <source>F&amp;ull Screen</source>
        <translation>Voll&amp;bild</translation>
    </message>
    <message>
        <source>Use the whole screen</source>
        <translation>Den ganzen Bildschirm nutzen</translation>
    </message>
    <message>
        <source>&amp;Run</source>
        <translation>&amp;Restaurieren</translation>
    </message>
    <message>
        <source>Restore the photo with the chosen model</source>
        <translation>Das Foto mit dem gewählten Modell restaurieren</translation>
    </message>
    <message>
        <source>C&amp;ontinue from Here</source>
        <translation>Von hier &amp;weiterrechnen</translation>
    </message>
    <message>
        <source>Go on from the chosen step with the words and settings as they are now; the number of steps, the sizes and the seed stay those of its run</source>
        <translation>Vom gewählten Schritt an mit den jetzigen Worten und Einstellungen weiterrechnen; Zahl der Schritte, Größen und Startwert bleiben die seines Laufs</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>Stop the run</source>
        <translation>Den Lauf anhalten</translation>
    </message>
    <message>
        <source>&amp;Open Checkpoint...</source>
        <translation>&amp;Checkpoint öffnen …</translation>
    </message>
    <message>
        <source>Use a network from a file: .safetensors, .pth</source>
        <translation>Ein Netz aus einer Datei nutzen: .safetensors, .pth</translation>
    </message>
    <message>
        <source>&amp;Look Again</source>
        <translation>&amp;Neu suchen</translation>
    </message>
    <message>
        <source>Search the model folders again</source>
        <translation>Die Modellordner noch einmal durchsuchen</translation>
    </message>
    <message>
        <source>Open Model &amp;Folder</source>
        <translation>Modell&amp;ordner öffnen</translation>
    </message>
    <message>
        <source>Put checkpoints there to have them in the list</source>
        <translation>Checkpoints, die dort liegen, stehen in der Liste</translation>
    </message>
    <message>
        <source>&amp;Shortcuts</source>
        <translation>&amp;Tastenkürzel</translation>
    </message>
    <message>
        <source>All commands and their keys</source>
        <translation>Alle Befehle und ihre Tasten</translation>
    </message>
    <message>
        <source>&amp;Copy System Information</source>
        <translation>&amp;Systemangaben kopieren</translation>
    </message>
    <message>
        <source>Version and devices, for a report; nothing is sent</source>
        <translation>Version und Geräte, für einen Fehlerbericht; nichts wird gesendet</translation>
    </message>
    <message>
        <source>&amp;About Heirloom</source>
        <translation>&amp;Über Heirloom</translation>
    </message>
    <message>
        <source>Version and licence</source>
        <translation>Version und Lizenz</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>&amp;Restaurieren</translation>
    </message>
    <message>
        <source>&amp;Models</source>
        <translation>&amp;Modelle</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
</context>
<context>
    <name>algorithm.dpir-deblur</name>
    <message>
        <source>DPIR: deblur with a kernel</source>
        <translation>DPIR: schärfen mit Kern</translation>
    </message>
</context>
<context>
    <name>algorithm.dpir-demosaic</name>
    <message>
        <source>DPIR: demosaic</source>
        <translation>DPIR: Mosaik auflösen</translation>
    </message>
</context>
<context>
    <name>algorithm.dpir-inpaint</name>
    <message>
        <source>DPIR: fill missing pixels</source>
        <translation>DPIR: fehlende Pixel ergänzen</translation>
    </message>
</context>
<context>
    <name>algorithm.dpir-sr</name>
    <message>
        <source>DPIR: enlarge with a kernel</source>
        <translation>DPIR: vergrößern mit Kern</translation>
    </message>
</context>
<context>
    <name>algorithm.dpir-sr-real</name>
    <message>
        <source>DPIR: enlarge with the usual kernel</source>
        <translation>DPIR: vergrößern mit dem üblichen Kern</translation>
    </message>
</context>
<context>
    <name>algorithm.dpsr</name>
    <message>
        <source>DPSR: deblur and enlarge</source>
        <translation>DPSR: schärfen und vergrößern</translation>
    </message>
</context>
<context>
    <name>batch.depth</name>
    <message>
        <source>%1 cannot store %2 bits a sample</source>
        <translation>%1 kann %2 Bit je Wert nicht speichern</translation>
    </message>
</context>
<context>
    <name>batch.depth.remedy</name>
    <message>
        <source>keep the depth as it is, or choose TIFF</source>
        <translation>lassen Sie die Bittiefe, wie sie ist, oder wählen Sie TIFF</translation>
    </message>
</context>
<context>
    <name>batch.failure</name>
    <message>
        <source>failed: %1</source>
        <translation>fehlgeschlagen: %1</translation>
    </message>
</context>
<context>
    <name>batch.memory</name>
    <message>
        <source>there is not enough memory for this photo</source>
        <translation>für dieses Foto reicht der Speicher nicht</translation>
    </message>
</context>
<context>
    <name>batch.memory.remedy</name>
    <message>
        <source>close other programs, or choose smaller tiles</source>
        <translation>schließen Sie andere Programme, oder wählen Sie kleinere Kacheln</translation>
    </message>
</context>
<context>
    <name>batch.write</name>
    <message>
        <source>cannot be written: %1</source>
        <translation>kann nicht geschrieben werden: %1</translation>
    </message>
</context>
<context>
    <name>batch.write.remedy</name>
    <message>
        <source>check the folder&apos;s permissions and free space, or choose another folder</source>
        <translation>prüfen Sie Rechte und freien Platz des Ordners, oder wählen Sie einen anderen Ordner</translation>
    </message>
</context>
<context>
    <name>blend.form</name>
    <message>
        <source>blend cannot be %1</source>
        <translation>blend kann nicht %1 sein</translation>
    </message>
</context>
<context>
    <name>blend.form_remedy</name>
    <message>
        <source>give another checkpoint of the same network and its share, such as BSRNet:0.3</source>
        <translation>geben Sie eine andere Gewichtsdatei desselben Netzes und ihren Anteil an, etwa BSRNet:0.3</translation>
    </message>
</context>
<context>
    <name>blend.sizes</name>
    <message>
        <source>a result of %1 does not belong to a source of %2</source>
        <translation>ein Ergebnis von %1 gehört nicht zu einem Original von %2</translation>
    </message>
</context>
<context>
    <name>blend.unlike</name>
    <message>
        <source>these are not two checkpoints of one network: %1 differ</source>
        <translation>das sind nicht zwei Gewichtsdateien desselben Netzes: %1 unterscheiden sich</translation>
    </message>
</context>
<context>
    <name>blend.unlike.remedy</name>
    <message>
        <source>blend checkpoints with the same tensors</source>
        <translation>mischen Sie Dateien mit denselben Tensoren</translation>
    </message>
</context>
<context>
    <name>checkpoint.bigEndian</name>
    <message>
        <source>its numbers are stored big end first</source>
        <translation>seine Zahlen beginnen mit dem höchsten Byte</translation>
    </message>
</context>
<context>
    <name>checkpoint.crc</name>
    <message>
        <source>the checksum of a tensor does not match its data</source>
        <translation>die Prüfsumme eines Tensors passt nicht zu seinen Daten</translation>
    </message>
</context>
<context>
    <name>checkpoint.dtype.remedy</name>
    <message>
        <source>save the weights as float32, float16 or bfloat16</source>
        <translation>speichern Sie die Gewichte als float32, float16 oder bfloat16</translation>
    </message>
</context>
<context>
    <name>checkpoint.dtype.small</name>
    <message>
        <source>its numbers have fewer than 16 bits (%1)</source>
        <translation>seine Zahlen haben weniger als 16 Bit (%1)</translation>
    </message>
</context>
<context>
    <name>checkpoint.dtype.unknown</name>
    <message>
        <source>its numbers are of the type %1, which is not read</source>
        <translation>seine Zahlen sind vom Typ %1, der nicht gelesen wird</translation>
    </message>
</context>
<context>
    <name>checkpoint.empty</name>
    <message>
        <source>there are no weights in the file</source>
        <translation>in der Datei sind keine Gewichte</translation>
    </message>
</context>
<context>
    <name>checkpoint.empty.remedy</name>
    <message>
        <source>choose the file that holds the network&apos;s weights</source>
        <translation>wählen Sie die Datei mit den Gewichten des Netzes</translation>
    </message>
</context>
<context>
    <name>checkpoint.file.empty</name>
    <message>
        <source>the file is empty</source>
        <translation>die Datei ist leer</translation>
    </message>
</context>
<context>
    <name>checkpoint.file.kind</name>
    <message>
        <source>this is not a regular file</source>
        <translation>das ist keine gewöhnliche Datei</translation>
    </message>
</context>
<context>
    <name>checkpoint.file.kind.remedy</name>
    <message>
        <source>name a checkpoint file</source>
        <translation>nennen Sie eine Checkpoint-Datei</translation>
    </message>
</context>
<context>
    <name>checkpoint.file.read</name>
    <message>
        <source>the file cannot be read (%1)</source>
        <translation>die Datei kann nicht gelesen werden (%1)</translation>
    </message>
</context>
<context>
    <name>checkpoint.file.read.remedy</name>
    <message>
        <source>check its name and that you may read it</source>
        <translation>prüfen Sie den Namen und ob Sie sie lesen dürfen</translation>
    </message>
</context>
<context>
    <name>checkpoint.legacy.keys</name>
    <message>
        <source>the list of its storages is damaged</source>
        <translation>das Verzeichnis seiner Speicher ist beschädigt</translation>
    </message>
</context>
<context>
    <name>checkpoint.legacy.preamble</name>
    <message>
        <source>the beginning of the checkpoint is damaged</source>
        <translation>der Anfang des Checkpoints ist beschädigt</translation>
    </message>
</context>
<context>
    <name>checkpoint.legacy.rest</name>
    <message>
        <source>bytes at the end of the file belong to no tensor</source>
        <translation>Bytes am Ende der Datei gehören zu keinem Tensor</translation>
    </message>
</context>
<context>
    <name>checkpoint.noSuchNetwork</name>
    <message>
        <source>it holds no network called %1</source>
        <translation>sie enthält kein Netz namens %1</translation>
    </message>
</context>
<context>
    <name>checkpoint.noSuchNetwork.none</name>
    <message>
        <source>leave the name out</source>
        <translation>lassen Sie den Namen weg</translation>
    </message>
</context>
<context>
    <name>checkpoint.noSuchNetwork.remedy</name>
    <message>
        <source>it holds %1</source>
        <translation>sie enthält %1</translation>
    </message>
</context>
<context>
    <name>checkpoint.noTensors</name>
    <message>
        <source>the file holds no tensors with names</source>
        <translation>die Datei enthält keine Tensoren mit Namen</translation>
    </message>
</context>
<context>
    <name>checkpoint.noTensors.remedy</name>
    <message>
        <source>give a file with the weights of a network</source>
        <translation>geben Sie eine Datei mit den Gewichten eines Netzes an</translation>
    </message>
</context>
<context>
    <name>checkpoint.notFinite</name>
    <message>
        <source>the checkpoint is probably damaged: these weights hold values that are not numbers: %1</source>
        <translation>die Gewichtsdatei ist wahrscheinlich beschädigt: diese Gewichte enthalten Werte, die keine Zahlen sind: %1</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.call</name>
    <message>
        <source>it asks to run %1, which loading weights does not need</source>
        <translation>sie will %1 ausführen, was zum Laden von Gewichten nicht nötig ist</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.call.remedy</name>
    <message>
        <source>nothing was run; if you trust where it comes from, save only its state dict from PyTorch</source>
        <translation>nichts wurde ausgeführt; wenn Sie der Herkunft trauen, speichern Sie in PyTorch nur ihr state dict</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.corrupt</name>
    <message>
        <source>the pickle in it is damaged or was not written by PyTorch</source>
        <translation>das Pickle darin ist beschädigt oder nicht von PyTorch geschrieben</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.lazy</name>
    <message>
        <source>a tensor in it is stored before its last operation</source>
        <translation>ein Tensor darin ist vor seiner letzten Operation gespeichert</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.module</name>
    <message>
        <source>it holds a whole network with its program</source>
        <translation>sie enthält ein ganzes Netz mit seinem Programm</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.opcode</name>
    <message>
        <source>the pickle in it holds the instruction %1, which no checkpoint needs</source>
        <translation>das Pickle darin enthält den Befehl %1, den kein Checkpoint braucht</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.storageTwice</name>
    <message>
        <source>it describes the storage &apos;%1&apos; in two ways</source>
        <translation>sie beschreibt den Speicher &apos;%1&apos; auf zwei Weisen</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.tensor</name>
    <message>
        <source>a tensor in it is described wrongly</source>
        <translation>ein Tensor darin ist falsch beschrieben</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.tensors</name>
    <message>
        <source>it holds more tensors than any checkpoint</source>
        <translation>sie enthält mehr Tensoren als irgendein Checkpoint</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.tooMuch</name>
    <message>
        <source>the pickle in it is larger than any checkpoint&apos;s</source>
        <translation>das Pickle darin ist größer als das irgendeines Checkpoints</translation>
    </message>
</context>
<context>
    <name>checkpoint.pickle.view</name>
    <message>
        <source>it shares storages in the way of PyTorch before 0.4</source>
        <translation>sie teilt Speicher nach Art von PyTorch vor 0.4</translation>
    </message>
</context>
<context>
    <name>checkpoint.remedy.damaged</name>
    <message>
        <source>the file is damaged or not whole: download it again</source>
        <translation>die Datei ist beschädigt oder unvollständig: laden Sie sie noch einmal herunter</translation>
    </message>
</context>
<context>
    <name>checkpoint.remedy.unfinished</name>
    <message>
        <source>its download has not ended: wait, or download it again</source>
        <translation>sie ist noch nicht fertig heruntergeladen: warten Sie, oder laden Sie sie noch einmal herunter</translation>
    </message>
</context>
<context>
    <name>checkpoint.remedy.unsupported</name>
    <message>
        <source>save its state dict again with a current PyTorch, or as .safetensors</source>
        <translation>speichern Sie ihr state dict mit einem aktuellen PyTorch neu, oder als .safetensors</translation>
    </message>
</context>
<context>
    <name>checkpoint.remedy.untrustworthy</name>
    <message>
        <source>do not trust this file: get it again from who published it</source>
        <translation>trauen Sie dieser Datei nicht: beschaffen Sie sie neu von dem, der sie veröffentlicht hat</translation>
    </message>
</context>
<context>
    <name>checkpoint.repeated</name>
    <message>
        <source>the file names the tensor &apos;%1&apos; twice</source>
        <translation>die Datei nennt den Tensor &apos;%1&apos; zweimal</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.backwards</name>
    <message>
        <source>&apos;%1&apos; ends before it begins</source>
        <translation>&apos;%1&apos; endet, bevor er beginnt</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.headerShort</name>
    <message>
        <source>the file ends within its header</source>
        <translation>die Datei endet mitten im Kopf</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.headerSize</name>
    <message>
        <source>it claims a header of %1 bytes</source>
        <translation>sie behauptet einen Kopf von %1 Bytes</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.hole</name>
    <message>
        <source>bytes between two tensors belong to neither</source>
        <translation>Bytes zwischen zwei Tensoren gehören zu keinem von beiden</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.incomplete</name>
    <message>
        <source>the header lacks type, shape or place of &apos;%1&apos;</source>
        <translation>im Kopf fehlt Typ, Form oder Ort von &apos;%1&apos;</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.json</name>
    <message>
        <source>the header is not valid JSON at byte %1</source>
        <translation>der Kopf ist bei Byte %1 kein gültiges JSON</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.outside</name>
    <message>
        <source>&apos;%1&apos; lies beyond the end of the file</source>
        <translation>&apos;%1&apos; liegt hinter dem Ende der Datei</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.overlap</name>
    <message>
        <source>two tensors overlap in the file</source>
        <translation>zwei Tensoren überlappen sich in der Datei</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.repeated</name>
    <message>
        <source>the header names &apos;%1&apos; twice</source>
        <translation>der Kopf nennt &apos;%1&apos; zweimal</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.rest</name>
    <message>
        <source>bytes at the end of the file belong to no tensor</source>
        <translation>Bytes am Ende der Datei gehören zu keinem Tensor</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.size</name>
    <message>
        <source>the bytes of &apos;%1&apos; do not match its shape</source>
        <translation>die Bytes von &apos;%1&apos; passen nicht zu seiner Form</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.start</name>
    <message>
        <source>the header does not start with &apos;{&apos;</source>
        <translation>der Kopf beginnt nicht mit &apos;{&apos;</translation>
    </message>
</context>
<context>
    <name>checkpoint.safetensors.unexpected</name>
    <message>
        <source>the header holds something unexpected at &apos;%1&apos;</source>
        <translation>der Kopf enthält bei &apos;%1&apos; etwas Unerwartetes</translation>
    </message>
</context>
<context>
    <name>checkpoint.several</name>
    <message>
        <source>it holds several networks: %1</source>
        <translation>sie enthält mehrere Netze: %1</translation>
    </message>
</context>
<context>
    <name>checkpoint.several.remedy</name>
    <message>
        <source>name one of them behind the file&apos;s name, as in %1</source>
        <translation>nennen Sie eines davon hinter dem Namen der Datei, wie in %1</translation>
    </message>
</context>
<context>
    <name>checkpoint.short</name>
    <message>
        <source>the file ends too early</source>
        <translation>die Datei endet zu früh</translation>
    </message>
</context>
<context>
    <name>checkpoint.storage.missing</name>
    <message>
        <source>the storage &apos;%1&apos; is missing</source>
        <translation>der Speicher &apos;%1&apos; fehlt</translation>
    </message>
</context>
<context>
    <name>checkpoint.storage.size</name>
    <message>
        <source>the storage &apos;%1&apos; has not the size it should have</source>
        <translation>der Speicher &apos;%1&apos; hat nicht die Größe, die er haben sollte</translation>
    </message>
</context>
<context>
    <name>checkpoint.stranger</name>
    <message>
        <source>this is %1</source>
        <translation>das ist %1</translation>
    </message>
</context>
<context>
    <name>checkpoint.tensor.negativeSize</name>
    <message>
        <source>a tensor has a dimension of negative size</source>
        <translation>ein Tensor hat eine Dimension negativer Größe</translation>
    </message>
</context>
<context>
    <name>checkpoint.tensor.negativeStride</name>
    <message>
        <source>a tensor has a negative stride</source>
        <translation>ein Tensor hat eine negative Schrittweite</translation>
    </message>
</context>
<context>
    <name>checkpoint.tensor.outside</name>
    <message>
        <source>a tensor reaches beyond the storage that holds its elements</source>
        <translation>ein Tensor reicht über den Speicher seiner Elemente hinaus</translation>
    </message>
</context>
<context>
    <name>checkpoint.tensor.overlap</name>
    <message>
        <source>a tensor claims far more elements than its storage holds</source>
        <translation>ein Tensor behauptet weit mehr Elemente, als sein Speicher fasst</translation>
    </message>
</context>
<context>
    <name>checkpoint.tensor.rank</name>
    <message>
        <source>a tensor has %1 dimensions, at most %2 are read</source>
        <translation>ein Tensor hat %1 Dimensionen, höchstens %2 werden gelesen</translation>
    </message>
</context>
<context>
    <name>checkpoint.tensor.strides</name>
    <message>
        <source>a tensor has another number of strides than of dimensions</source>
        <translation>ein Tensor hat nicht so viele Schrittweiten wie Dimensionen</translation>
    </message>
</context>
<context>
    <name>checkpoint.tensor.tooLarge</name>
    <message>
        <source>a tensor claims more elements than exist</source>
        <translation>ein Tensor behauptet mehr Elemente, als es gibt</translation>
    </message>
</context>
<context>
    <name>checkpoint.tree.depth</name>
    <message>
        <source>its dictionaries are nested too deep</source>
        <translation>ihre Wörterbücher sind zu tief verschachtelt</translation>
    </message>
</context>
<context>
    <name>checkpoint.tree.name</name>
    <message>
        <source>it holds a name that is no text</source>
        <translation>sie enthält einen Namen, der kein Text ist</translation>
    </message>
</context>
<context>
    <name>checkpoint.tree.repeated</name>
    <message>
        <source>it names &apos;%1&apos; twice</source>
        <translation>sie nennt &apos;%1&apos; zweimal</translation>
    </message>
</context>
<context>
    <name>checkpoint.tree.size</name>
    <message>
        <source>it holds more entries than any checkpoint</source>
        <translation>sie enthält mehr Einträge als irgendein Checkpoint</translation>
    </message>
</context>
<context>
    <name>checkpoint.unfinished</name>
    <message>
        <source>it ends in %1 MB of zeros: the download was not finished</source>
        <translation>sie endet mit %1 MB Nullen: das Herunterladen wurde nicht abgeschlossen</translation>
    </message>
</context>
<context>
    <name>checkpoint.unfinished.remedy</name>
    <message>
        <source>download it again</source>
        <translation>laden Sie sie noch einmal herunter</translation>
    </message>
</context>
<context>
    <name>checkpoint.unfit</name>
    <message>
        <source>the weights do not fit the network: %1</source>
        <translation>die Gewichte passen nicht zum Netz: %1</translation>
    </message>
</context>
<context>
    <name>checkpoint.unfit.remedy</name>
    <message>
        <source>use the file as its authors published it</source>
        <translation>nehmen Sie die Datei, wie ihre Urheber sie veröffentlicht haben</translation>
    </message>
</context>
<context>
    <name>checkpoint.unknown</name>
    <message>
        <source>this is neither a .safetensors file nor a PyTorch checkpoint</source>
        <translation>das ist weder eine .safetensors-Datei noch ein PyTorch-Checkpoint</translation>
    </message>
    <message>
        <source>a network that Heirloom does not know; nearest are %1</source>
        <translation>ein Netz, das Heirloom nicht kennt; am nächsten sind %1</translation>
    </message>
</context>
<context>
    <name>checkpoint.unknown.remedy</name>
    <message>
        <source>give a .safetensors or .pth file, downloaded whole and unpacked</source>
        <translation>geben Sie eine .safetensors- oder .pth-Datei an, ganz heruntergeladen und ausgepackt</translation>
    </message>
    <message>
        <source>`heirloom-cli models inspect -v` shows its keys</source>
        <translation>`heirloom-cli models inspect -v` zeigt ihre Schlüssel</translation>
    </message>
</context>
<context>
    <name>checkpoint.write.repeated</name>
    <message>
        <source>the name &apos;%1&apos; is taken</source>
        <translation>der Name &apos;%1&apos; ist vergeben</translation>
    </message>
</context>
<context>
    <name>checkpoint.write.utf8</name>
    <message>
        <source>&apos;%1&apos; is not valid UTF-8 and cannot be written as a name</source>
        <translation>&apos;%1&apos; ist kein gültiges UTF-8 und lässt sich nicht als Name schreiben</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.compressed</name>
    <message>
        <source>&apos;%1&apos; in the zip file is compressed</source>
        <translation>&apos;%1&apos; in der Zip-Datei ist komprimiert</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.crc</name>
    <message>
        <source>the checksum of &apos;%1&apos; does not match its data</source>
        <translation>die Prüfsumme von &apos;%1&apos; passt nicht zu den Daten</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.directory</name>
    <message>
        <source>the directory at the end of the zip file is missing or damaged</source>
        <translation>das Verzeichnis am Ende der Zip-Datei fehlt oder ist beschädigt</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.encrypted</name>
    <message>
        <source>&apos;%1&apos; in the zip file is encrypted or patched</source>
        <translation>&apos;%1&apos; in der Zip-Datei ist verschlüsselt oder ein Flicken</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.method</name>
    <message>
        <source>&apos;%1&apos; in the zip file is packed in an unknown way</source>
        <translation>&apos;%1&apos; in der Zip-Datei ist auf unbekannte Weise gepackt</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.mismatch</name>
    <message>
        <source>the zip file contradicts itself about &apos;%1&apos;</source>
        <translation>die Zip-Datei widerspricht sich bei &apos;%1&apos;</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.name</name>
    <message>
        <source>the zip file holds the unsafe name &apos;%1&apos;</source>
        <translation>die Zip-Datei enthält den gefährlichen Namen &apos;%1&apos;</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.noPickle</name>
    <message>
        <source>this zip file holds no checkpoint (no data.pkl in it)</source>
        <translation>diese Zip-Datei enthält keinen Checkpoint (kein data.pkl darin)</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.outside</name>
    <message>
        <source>&apos;%1&apos; lies beyond the end of the file</source>
        <translation>&apos;%1&apos; liegt hinter dem Ende der Datei</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.outsideRoot</name>
    <message>
        <source>&apos;%1&apos; lies outside the checkpoint&apos;s folder</source>
        <translation>&apos;%1&apos; liegt außerhalb des Checkpoint-Ordners</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.overlap</name>
    <message>
        <source>&apos;%1&apos; in the zip file overlaps another entry</source>
        <translation>&apos;%1&apos; in der Zip-Datei überlappt einen anderen Eintrag</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.parts</name>
    <message>
        <source>the zip file is one part of several</source>
        <translation>die Zip-Datei ist ein Teil von mehreren</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.repeated</name>
    <message>
        <source>the zip file holds &apos;%1&apos; twice</source>
        <translation>die Zip-Datei enthält &apos;%1&apos; zweimal</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.roots</name>
    <message>
        <source>the zip file holds two checkpoints</source>
        <translation>die Zip-Datei enthält zwei Checkpoints</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.sizes</name>
    <message>
        <source>&apos;%1&apos; in the zip file has two sizes</source>
        <translation>&apos;%1&apos; in der Zip-Datei hat zwei Größen</translation>
    </message>
</context>
<context>
    <name>checkpoint.zip.zip64</name>
    <message>
        <source>the size of &apos;%1&apos; is missing in the zip file</source>
        <translation>die Größe von &apos;%1&apos; fehlt in der Zip-Datei</translation>
    </message>
</context>
<context>
    <name>choice</name>
    <message>
        <source>denoise</source>
        <translation>Entrauschen</translation>
    </message>
    <message>
        <source>deblock</source>
        <translation>JPEG-Blöcke entfernen</translation>
    </message>
    <message>
        <source>circular</source>
        <translation>gegenüberliegende Seite</translation>
    </message>
    <message>
        <source>mirrored</source>
        <translation>Spiegelbild</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>wavelet</source>
        <translation>Wavelet</translation>
    </message>
    <message>
        <source>black</source>
        <translation>schwarz</translation>
    </message>
    <message>
        <source>white</source>
        <translation>weiß</translation>
    </message>
    <message>
        <source>magenta</source>
        <translation>magenta</translation>
    </message>
    <message>
        <source>auto</source>
        <translation>automatisch</translation>
    </message>
    <message>
        <source>square</source>
        <translation>ein Quadrat</translation>
    </message>
    <message>
        <source>tiles</source>
        <translation>Kacheln</translation>
    </message>
    <message>
        <source>published</source>
        <translation>wie veröffentlicht</translation>
    </message>
    <message>
        <source>best</source>
        <translation>wahrscheinlichste</translation>
    </message>
    <message>
        <source>drawn</source>
        <translation>gezogen</translation>
    </message>
    <message>
        <source>malvar</source>
        <translation>nach Malvar</translation>
    </message>
    <message>
        <source>bilinear</source>
        <translation>bilinear, weicher</translation>
    </message>
    <message>
        <source>refuse</source>
        <translation>ablehnen</translation>
    </message>
    <message>
        <source>chunk</source>
        <translation>in Stücken</translation>
    </message>
    <message>
        <source>cut</source>
        <translation>abschneiden</translation>
    </message>
    <message>
        <source>compat</source>
        <translation>wie im Original</translation>
    </message>
    <message>
        <source>stable</source>
        <translation>ruhig</translation>
    </message>
    <message>
        <source>whole</source>
        <translation>im Ganzen</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>wahrscheinlichstes</translation>
    </message>
    <message>
        <source>sampled</source>
        <translation>gezogen</translation>
    </message>
    <message>
        <source>fast</source>
        <translation>schnell</translation>
    </message>
    <message>
        <source>taesd</source>
        <translation>TAESD</translation>
    </message>
    <message>
        <source>corner</source>
        <translation>Ecke</translation>
    </message>
    <message>
        <source>centre</source>
        <translation>Mitte</translation>
    </message>
    <message>
        <source>decoded</source>
        <translation>vollständig</translation>
    </message>
    <message>
        <source>resident</source>
        <translation>alle</translation>
    </message>
    <message>
        <source>merged</source>
        <translation>eigener Previewer</translation>
    </message>
    <message>
        <source>beside</source>
        <translation>Previewer im UNet</translation>
    </message>
    <message>
        <source>offloaded</source>
        <translation>nach Bedarf</translation>
    </message>
    <message>
        <source>streamed</source>
        <translation>Block für Block</translation>
    </message>
    <message>
        <source>global</source>
        <translation>über das ganze Bild</translation>
    </message>
    <message>
        <source>local</source>
        <translation>örtlich</translation>
    </message>
    <message>
        <source>estimated</source>
        <translation>geschätzt</translation>
    </message>
    <message>
        <source>told</source>
        <translation>angegeben</translation>
    </message>
</context>
<context>
    <name>colour.cmykWithoutProfile</name>
    <message>
        <source>it is CMYK without a profile; a usual one is assumed</source>
        <translation>es ist CMYK ohne Profil; ein übliches wird angenommen</translation>
    </message>
</context>
<context>
    <name>colour.corruptProfile</name>
    <message>
        <source>its colour profile is damaged; %1 is assumed</source>
        <translation>das Farbprofil ist beschädigt; %1 wird angenommen</translation>
    </message>
</context>
<context>
    <name>colour.oneWayProfile</name>
    <message>
        <source>its colour profile describes a device that only reads; %1 is assumed</source>
        <translation>das Farbprofil beschreibt ein Gerät, das nur liest; %1 wird angenommen</translation>
    </message>
</context>
<context>
    <name>colour.profileOfOtherModel</name>
    <message>
        <source>its colour profile is for another kind of samples; %1 is assumed</source>
        <translation>das Farbprofil gilt für eine andere Art von Werten; %1 wird angenommen</translation>
    </message>
</context>
<context>
    <name>config.unusable</name>
    <message>
        <source>%1 cannot be used: %2</source>
        <translation>%1 kann nicht benutzt werden: %2</translation>
    </message>
</context>
<context>
    <name>config.unusable.remedy</name>
    <message>
        <source>use that file as its authors published it</source>
        <translation>nehmen Sie die Datei, wie sie veröffentlicht wurde</translation>
    </message>
</context>
<context>
    <name>cuda.device</name>
    <message>
        <source>the NVIDIA driver is there but shows no device</source>
        <translation>der NVIDIA-Treiber ist da, zeigt aber kein Gerät</translation>
    </message>
</context>
<context>
    <name>cuda.driver</name>
    <message>
        <source>no NVIDIA driver: %1</source>
        <translation>kein NVIDIA-Treiber: %1</translation>
    </message>
</context>
<context>
    <name>cuda.entry</name>
    <message>
        <source>libheirloom_cuda.so is of another version: %1</source>
        <translation>libheirloom_cuda.so hat eine andere Version: %1</translation>
    </message>
</context>
<context>
    <name>cuda.kernels</name>
    <message>
        <source>Heirloom&apos;s GPU kernels do not load: %1</source>
        <translation>die GPU-Kernel von Heirloom laden nicht: %1</translation>
    </message>
</context>
<context>
    <name>cuda.libtorch</name>
    <message>
        <source>LibTorch&apos;s GPU side does not load: %1 (packaging/setup with its option cuda adds what it needs)</source>
        <translation>die GPU-Seite von LibTorch lädt nicht: %1 (packaging/setup mit der Option cuda ergänzt, was sie braucht)</translation>
    </message>
</context>
<context>
    <name>degradation.parameter</name>
    <message>
        <source>%1 has no parameter %2</source>
        <translation>%1 hat keinen Parameter %2</translation>
    </message>
</context>
<context>
    <name>degradation.parameter.remedy</name>
    <message>
        <source>it has %1</source>
        <translation>es gibt %1</translation>
    </message>
</context>
<context>
    <name>degradation.range</name>
    <message>
        <source>%1 of %2 is out of range</source>
        <translation>%1 von %2 liegt außerhalb des Bereichs</translation>
    </message>
</context>
<context>
    <name>degradation.range.remedy</name>
    <message>
        <source>it takes two numbers, %1 to %2, the smaller first</source>
        <translation>nötig sind zwei Zahlen von %1 bis %2, die kleinere zuerst</translation>
    </message>
</context>
<context>
    <name>degradation.unknown</name>
    <message>
        <source>there is no degradation %1</source>
        <translation>es gibt keine Verschlechterung %1</translation>
    </message>
</context>
<context>
    <name>degradation.unknown.remedy</name>
    <message>
        <source>there are %1</source>
        <translation>es gibt %1</translation>
    </message>
</context>
<context>
    <name>dpir.denoiser</name>
    <message>
        <source>this algorithm needs a denoiser, and none is chosen</source>
        <translation>dieses Verfahren braucht einen Entrauscher, und keiner ist gewählt</translation>
    </message>
</context>
<context>
    <name>dpir.denoiser.remedy</name>
    <message>
        <source>choose a model that takes a noise level, drunet_color say (setting denoiser)</source>
        <translation>wählen Sie ein Modell, das eine Rauschstärke annimmt, etwa drunet_color (Einstellung Entrauscher)</translation>
    </message>
</context>
<context>
    <name>dpir.grey</name>
    <message>
        <source>a mosaic has colours, and %1 is a grey denoiser</source>
        <translation>ein Mosaik hat Farben, und %1 ist ein Entrauscher für Graubilder</translation>
    </message>
</context>
<context>
    <name>dpir.grey.remedy</name>
    <message>
        <source>choose a colour one</source>
        <translation>wählen Sie einen für Farbbilder</translation>
    </message>
</context>
<context>
    <name>dpir.grey_mark</name>
    <message>
        <source>%1 is a grey denoiser, which sees no %2</source>
        <translation>%1 ist ein Entrauscher für Graubilder und sieht kein %2</translation>
    </message>
</context>
<context>
    <name>dpir.grey_mark.remedy</name>
    <message>
        <source>choose a colour one, or mark the missing pixels in black or white (setting missing)</source>
        <translation>wählen Sie einen für Farbbilder, oder markieren Sie die fehlenden Pixel schwarz oder weiß (Einstellung „Fehlende Pixel sind“)</translation>
    </message>
</context>
<context>
    <name>dpir.iterating</name>
    <message>
        <source>iterating</source>
        <translation>Durchgänge werden gerechnet</translation>
    </message>
</context>
<context>
    <name>dpsr.prior</name>
    <message>
        <source>this algorithm needs a network of DPSR, and none is chosen</source>
        <translation>dieses Verfahren braucht ein Netz von DPSR, und keines ist gewählt</translation>
    </message>
</context>
<context>
    <name>dpsr.prior.remedy</name>
    <message>
        <source>choose one, dpsr_x4 say (setting denoiser)</source>
        <translation>wählen Sie eines, etwa dpsr_x4 (Einstellung Vergrößerndes Netz)</translation>
    </message>
</context>
<context>
    <name>evaluate.folder</name>
    <message>
        <source>there are no pictures in this folder</source>
        <translation>in diesem Ordner sind keine Bilder</translation>
    </message>
</context>
<context>
    <name>evaluate.folder_remedy</name>
    <message>
        <source>give a folder that holds clean pictures</source>
        <translation>geben Sie einen Ordner mit sauberen Bildern an</translation>
    </message>
</context>
<context>
    <name>evaluate.scale</name>
    <message>
        <source>%1 enlarges %2 times; the pictures are made smaller %3 times</source>
        <translation>%1 vergrößert %2-fach; die Bilder werden %3-fach verkleinert</translation>
    </message>
</context>
<context>
    <name>evaluate.scale_remedy</name>
    <message>
        <source>make the pictures smaller %1 times</source>
        <translation>verkleinern Sie die Bilder %1-fach</translation>
    </message>
</context>
<context>
    <name>evaluate.small</name>
    <message>
        <source>the picture is smaller than %1 pixels a side</source>
        <translation>das Bild hat weniger als %1 Bildpunkte je Seite</translation>
    </message>
</context>
<context>
    <name>family.shapes</name>
    <message>
        <source>these are no weights of %1: %2</source>
        <translation>das sind keine Gewichte von %1: %2</translation>
    </message>
</context>
<context>
    <name>file.cannotWrite</name>
    <message>
        <source>it cannot be written: %1</source>
        <translation>sie kann nicht geschrieben werden: %1</translation>
    </message>
</context>
<context>
    <name>file.chooseFolder</name>
    <message>
        <source>choose another folder or change its permissions</source>
        <translation>wählen Sie einen anderen Ordner, oder ändern Sie seine Rechte</translation>
    </message>
</context>
<context>
    <name>file.diskFull</name>
    <message>
        <source>it cannot be written: %1</source>
        <translation>sie kann nicht geschrieben werden: %1</translation>
    </message>
</context>
<context>
    <name>file.existing</name>
    <message>
        <source>use --existing skip, --existing number or --overwrite</source>
        <translation>nehmen Sie --existing skip, --existing number oder --overwrite</translation>
    </message>
</context>
<context>
    <name>file.exists</name>
    <message>
        <source>there is a file of that name already</source>
        <translation>eine Datei dieses Namens gibt es schon</translation>
    </message>
</context>
<context>
    <name>file.freeDisk</name>
    <message>
        <source>free space there or choose another folder</source>
        <translation>schaffen Sie dort Platz, oder wählen Sie einen anderen Ordner</translation>
    </message>
</context>
<context>
    <name>folder.incomplete</name>
    <message>
        <source>it is not all of %1: %2 is missing</source>
        <translation>das ist nicht alles von %1: %2 fehlt</translation>
    </message>
</context>
<context>
    <name>folder.incomplete.remedy</name>
    <message>
        <source>put that file beside the others</source>
        <translation>legen Sie diese Datei zu den anderen</translation>
    </message>
</context>
<context>
    <name>folder.text</name>
    <message>
        <source>this text file cannot be read</source>
        <translation>diese Textdatei kann nicht gelesen werden</translation>
    </message>
</context>
<context>
    <name>folder.text.remedy</name>
    <message>
        <source>download it again</source>
        <translation>laden Sie sie noch einmal herunter</translation>
    </message>
</context>
<context>
    <name>folder.unknown</name>
    <message>
        <source>this folder holds no network of several files</source>
        <translation>dieser Ordner enthält kein Netz aus mehreren Dateien</translation>
    </message>
</context>
<context>
    <name>folder.unknown.remedy</name>
    <message>
        <source>give a checkpoint file</source>
        <translation>geben Sie eine Gewichtsdatei an</translation>
    </message>
</context>
<context>
    <name>graphs.differ</name>
    <message>
        <source>a recorded run gave other values than the network itself; the GPU is told every operation instead, which takes longer</source>
        <translation>ein aufgezeichneter Lauf ergab andere Werte als das Netz selbst; die GPU bekommt stattdessen jeden Rechenschritt einzeln gesagt, was länger dauert</translation>
    </message>
</context>
<context>
    <name>graphs.fail</name>
    <message>
        <source>the run of the network cannot be recorded (%1); the GPU is told every operation instead, which takes longer</source>
        <translation>der Lauf des Netzes lässt sich nicht aufzeichnen (%1); die GPU bekommt stattdessen jeden Rechenschritt einzeln gesagt, was länger dauert</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::ChangePlot</name>
    <message>
        <source>Change of the previews: %1 on average, %2 at last. The more a photo is damaged, the larger it is.</source>
        <translation>Änderung der Vorschauen: im Mittel %1, zuletzt %2. Je beschädigter ein Foto ist, desto größer ist sie.</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::Divider</name>
    <message>
        <source>Divider between before and after</source>
        <translation>Trennlinie zwischen vorher und nachher</translation>
    </message>
    <message>
        <source>The arrow keys move it</source>
        <translation>Die Pfeiltasten verschieben sie</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::Document</name>
    <message>
        <source>Restore with %1</source>
        <translation>Restaurieren mit %1</translation>
    </message>
    <message>
        <source>Change Strength</source>
        <translation>Stärke ändern</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::Filmstrip</name>
    <message>
        <source>Open photos</source>
        <translation>Fotos öffnen</translation>
    </message>
    <message>
        <source>%1, not saved</source>
        <translation>%1, nicht gespeichert</translation>
    </message>
    <message>
        <source>%1, cannot be opened</source>
        <translation>%1, lässt sich nicht öffnen</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::KernelCanvas</name>
    <message>
        <source>Drawing of the blur kernel</source>
        <translation>Zeichnung des Unschärfekerns</translation>
    </message>
    <message>
        <source>Draw what one sharp point became. Shift or the right button rubs out.</source>
        <translation>Zeichnen Sie, was aus einem scharfen Punkt wurde. Umschalt oder die rechte Taste radiert.</translation>
    </message>
    <message>
        <source>The arrow keys move, Space paints, Delete rubs out</source>
        <translation>Die Pfeiltasten bewegen, Leertaste malt, Entf radiert</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::KernelField</name>
    <message>
        <source>Form of the blur kernel</source>
        <translation>Form des Unschärfekerns</translation>
    </message>
    <message>
        <source>Gaussian</source>
        <translation>Gaußförmig</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>Bewegung</translation>
    </message>
    <message>
        <source>Drawn</source>
        <translation>Gezeichnet</translation>
    </message>
    <message>
        <source>From a file</source>
        <translation>Aus einer Datei</translation>
    </message>
    <message>
        <source>The blur kernel</source>
        <translation>Der Unschärfekern</translation>
    </message>
    <message>
        <source>Width</source>
        <translation>Breite</translation>
    </message>
    <message>
        <source>Standard deviation in pixels of the restored photo</source>
        <translation>Standardabweichung in Pixeln des restaurierten Fotos</translation>
    </message>
    <message>
        <source>Width across</source>
        <translation>Breite quer</translation>
    </message>
    <message>
        <source>The same at right angles; equal for a round blur</source>
        <translation>Dasselbe im rechten Winkel dazu; gleich bei runder Unschärfe</translation>
    </message>
    <message>
        <source>Angle</source>
        <translation>Winkel</translation>
    </message>
    <message>
        <source>Degrees counterclockwise from the horizontal</source>
        <translation>Grad gegen den Uhrzeigersinn von der Waagerechten</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>How far the camera or the subject moved, in pixels</source>
        <translation>Wie weit sich die Kamera oder das Motiv bewegt hat, in Pixeln</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Choose a file...</source>
        <translation>Datei wählen...</translation>
    </message>
    <message>
        <source>A picture of the kernel, white on black, or a MATLAB file</source>
        <translation>Ein Bild des Kerns, weiß auf schwarz, oder eine MATLAB-Datei</translation>
    </message>
    <message>
        <source>%1 x %2 pixels</source>
        <translation>%1 x %2 Pixel</translation>
    </message>
    <message>
        <source>Which kernel of the file</source>
        <translation>Welcher Kern der Datei</translation>
    </message>
    <message>
        <source>Blur Kernel</source>
        <translation>Unschärfekern</translation>
    </message>
    <message>
        <source>Pictures and MATLAB files (%1)</source>
        <translation>Bilder und MATLAB-Dateien (%1)</translation>
    </message>
    <message>
        <source>Kernel file %1</source>
        <translation>Kerndatei %1</translation>
    </message>
    <message>
        <source>Kernel, of %1</source>
        <translation>Kern, von %1</translation>
    </message>
    <message>
        <source>Clear the drawing</source>
        <translation>Die Zeichnung leeren</translation>
    </message>
    <message>
        <source>Nothing is drawn yet: the usual kernel is taken.</source>
        <translation>Noch ist nichts gezeichnet: Der übliche Kern wird genommen.</translation>
    </message>
    <message>
        <source>No file is chosen yet: the usual kernel is taken.</source>
        <translation>Noch ist keine Datei gewählt: Der übliche Kern wird genommen.</translation>
    </message>
    <message>
        <source>These values are no blur kernel.</source>
        <translation>Diese Werte ergeben keinen Unschärfekern.</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::MainWindow</name>
    <message>
        <source>Open &amp;Recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Tools</source>
        <translation>Werkzeuge</translation>
    </message>
    <message numerus="yes">
        <source>Heirloom did not end as it should. %n result(s) that had not been saved can be brought back.</source>
        <translation>
            <numerusform>Heirloom wurde nicht richtig beendet. Ein nicht gespeichertes Ergebnis kann zurückgeholt werden.</numerusform>
            <numerusform>Heirloom wurde nicht richtig beendet. %n nicht gespeicherte Ergebnisse können zurückgeholt werden.</numerusform>
        </translation>
    </message>
    <message>
        <source>Bring Back</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Give Up</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>%1[*] - Heirloom</source>
        <translation>%1[*] – Heirloom</translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation>8 Bit</translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation>16 Bit</translation>
    </message>
    <message>
        <source>floating point</source>
        <translation>Gleitkomma</translation>
    </message>
    <message>
        <source>%1 x %2, %3 MP, %4</source>
        <translation>%1 × %2, %3 MP, %4</translation>
    </message>
    <message>
        <source>Photo %1, %2, shown at %3</source>
        <translation>Foto %1, %2, gezeigt mit %3</translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Photos (%1)</source>
        <translation>Fotos (%1)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Saved as %1</source>
        <translation>Gespeichert als %1</translation>
    </message>
    <message>
        <source>Models lie in %1. No file manager could be started.</source>
        <translation>Die Modelle liegen in %1. Eine Dateiverwaltung ließ sich nicht starten.</translation>
    </message>
    <message>
        <source>&amp;Clear List</source>
        <translation>Liste &amp;leeren</translation>
    </message>
    <message>
        <source>Open Photos</source>
        <translation>Fotos öffnen</translation>
    </message>
    <message>
        <source>Open Folder</source>
        <translation>Ordner öffnen</translation>
    </message>
    <message>
        <source>Open Checkpoint</source>
        <translation>Checkpoint öffnen</translation>
    </message>
    <message>
        <source>Checkpoints (*.safetensors *.pth *.pt *.bin *.ckpt)</source>
        <translation>Checkpoints (*.safetensors *.pth *.pt *.bin *.ckpt)</translation>
    </message>
    <message>
        <source>There is no picture here to open. Copy a picture or files of photos first.</source>
        <translation>Hier ist kein Bild zum Öffnen. Kopieren Sie zuerst ein Bild oder Fotodateien.</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Restored in %1</source>
        <translation>Restauriert in %1</translation>
    </message>
    <message>
        <source>Another model made this step. Choose %1 again to go on from it.</source>
        <translation>Diesen Schritt hat ein anderes Modell berechnet. Wählen Sie wieder %1, um von ihm aus weiterzurechnen.</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>The system information is in the clipboard. Nothing was sent anywhere.</source>
        <translation>Die Systemangaben liegen in der Zwischenablage. Nichts wurde irgendwohin gesendet.</translation>
    </message>
    <message>
        <source>About Heirloom</source>
        <translation>Über Heirloom</translation>
    </message>
    <message>
        <source>Restores photographs with neural networks, on this computer and nowhere else.

Free software under the GNU General Public License, version 3 or later. It comes without any warranty.</source>
        <translation>Restauriert Fotos mit neuronalen Netzen, auf diesem Rechner und nirgends sonst.

Freie Software unter der GNU General Public License, Version 3 oder später, ohne jede Gewährleistung.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Stopped after step %1. Its picture is kept.</source>
        <translation>Nach Schritt %1 angehalten. Sein Bild bleibt erhalten.</translation>
    </message>
    <message>
        <source>Stopped in part %1 of %2, after step %3. What is done is kept, the rest is as it was.</source>
        <translation>In Teil %1 von %2 nach Schritt %3 angehalten. Was fertig ist, bleibt erhalten, der Rest ist wie zuvor.</translation>
    </message>
    <message>
        <source>Undo takes it back.</source>
        <translation>Rückgängig nimmt es zurück.</translation>
    </message>
    <message>
        <source>Stopped after step %1. Its preview is kept; Use This Step makes its picture in full.</source>
        <translation>Nach Schritt %1 angehalten. Seine Vorschau bleibt erhalten; „Diesen Schritt nehmen“ erstellt sein Bild in voller Güte.</translation>
    </message>
    <message>
        <source>Stopped after step %1. Its picture is being made in full; Cancel keeps the preview.</source>
        <translation>Nach Schritt %1 angehalten. Sein Bild wird in voller Güte erstellt; Abbrechen behält die Vorschau.</translation>
    </message>
    <message>
        <source>Step %1 is the result</source>
        <translation>Schritt %1 ist das Ergebnis</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::MessageArea</name>
    <message>
        <source>Messages</source>
        <translation>Meldungen</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::ModelCatalogue</name>
    <message>
        <source>Removes noise</source>
        <translation>Entfernt Rauschen</translation>
    </message>
    <message>
        <source>Removes blur</source>
        <translation>Entfernt Unschärfe</translation>
    </message>
    <message>
        <source>Removes JPEG artefacts</source>
        <translation>Entfernt JPEG-Artefakte</translation>
    </message>
    <message>
        <source>Enlarges</source>
        <translation>Vergrößert</translation>
    </message>
    <message>
        <source>Restores</source>
        <translation>Restauriert</translation>
    </message>
    <message>
        <source>Works on brightness only, colours stay as they are</source>
        <translation>Wirkt nur auf die Helligkeit, die Farben bleiben</translation>
    </message>
    <message>
        <source>Licence unknown</source>
        <translation>Lizenz unbekannt</translation>
    </message>
    <message>
        <source>Licence: %1</source>
        <translation>Lizenz: %1</translation>
    </message>
    <message>
        <source>Source: %1</source>
        <translation>Quelle: %1</translation>
    </message>
    <message>
        <source>%1, %2 million weights</source>
        <translation>%1, %2 Millionen Gewichte</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <comment>note in a file</comment>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>and %1 more</source>
        <comment>notes in a file</comment>
        <translation>und %1 weitere</translation>
    </message>
    <message>
        <source>%1 (%2)</source>
        <comment>network of a file, its family</comment>
        <translation>%1 (%2)</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::NetworkDialog</name>
    <message>
        <source>Several Networks</source>
        <translation>Mehrere Netze</translation>
    </message>
    <message>
        <source>%1 holds several networks. Which one is meant?</source>
        <translation>%1 enthält mehrere Netze. Welches ist gemeint?</translation>
    </message>
    <message>
        <source>Networks in the file</source>
        <translation>Netze in der Datei</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::ParameterPanel</name>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>%1: automatic</source>
        <translation>%1: automatisch</translation>
    </message>
    <message>
        <source>Estimated from the photo when it is restored</source>
        <translation>Wird beim Restaurieren aus dem Foto geschätzt</translation>
    </message>
    <message>
        <source>MATLAB files (*.mat)</source>
        <translation>MATLAB-Dateien (*.mat)</translation>
    </message>
    <message>
        <source>No model is a network of DPSR</source>
        <translation>Kein Modell ist ein Netz von DPSR</translation>
    </message>
    <message>
        <source>No model takes a noise level</source>
        <translation>Kein Modell nimmt eine Rauschstärke an</translation>
    </message>
    <message>
        <source>Nothing</source>
        <translation>Nichts</translation>
    </message>
    <message>
        <source>Share of the other model</source>
        <translation>Anteil des anderen Modells</translation>
    </message>
    <message>
        <source>%1 was not found beside the model. It is published with the weights.</source>
        <translation>%1 liegt nicht neben dem Modell. Die Datei wird mit den Gewichten veröffentlicht.</translation>
    </message>
    <message>
        <source>Choose a file...</source>
        <translation>Datei wählen...</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>Standard</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::PhotoSet</name>
    <message>
        <source>Pasted picture</source>
        <translation>Eingefügtes Bild</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::PreferencesDialog</name>
    <message>
        <source>Preferences</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Pages of the preferences</source>
        <translation>Seiten der Einstellungen</translation>
    </message>
    <message>
        <source>General</source>
        <translation>Allgemein</translation>
    </message>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>&amp;Appearance:</source>
        <translation>&amp;Erscheinungsbild:</translation>
    </message>
    <message>
        <source>The system&apos;s</source>
        <translation>Das des Systems</translation>
    </message>
    <message>
        <source>&amp;Browse...</source>
        <translation>&amp;Durchsuchen …</translation>
    </message>
    <message>
        <source>Choose a monitor profile</source>
        <translation>Monitorprofil wählen</translation>
    </message>
    <message>
        <source>Choose a Monitor Profile</source>
        <translation>Monitorprofil wählen</translation>
    </message>
    <message>
        <source>ICC profiles (*.icc *.icm)</source>
        <translation>ICC-Profile (*.icc *.icm)</translation>
    </message>
    <message>
        <source>&amp;Monitor profile:</source>
        <translation>&amp;Monitorprofil:</translation>
    </message>
    <message>
        <source>The fastest</source>
        <translation>Das schnellste</translation>
    </message>
    <message>
        <source>&amp;Device:</source>
        <translation>&amp;Gerät:</translation>
    </message>
    <message>
        <source>Looking for devices...</source>
        <translation>Geräte werden gesucht …</translation>
    </message>
    <message>
        <source>Commands and their shortcuts</source>
        <translation>Befehle und ihre Tastenkürzel</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Shortcut</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>New shortcut</source>
        <translation>Neues Tastenkürzel</translation>
    </message>
    <message>
        <source>&amp;None</source>
        <translation>&amp;Keines</translation>
    </message>
    <message>
        <source>&amp;Standard</source>
        <translation>&amp;Standard</translation>
    </message>
    <message>
        <source>No shortcut</source>
        <translation>Kein Tastenkürzel</translation>
    </message>
    <message>
        <source>The standard shortcut</source>
        <translation>Das übliche Tastenkürzel</translation>
    </message>
    <message>
        <source>These commands share a shortcut: %1</source>
        <translation>Diese Befehle haben dasselbe Tastenkürzel: %1</translation>
    </message>
    <message>
        <source>As the device does it best</source>
        <translation>Wie das Gerät es am besten kann</translation>
    </message>
    <message>
        <source>float32: exact</source>
        <translation>float32: genau</translation>
    </message>
    <message>
        <source>bfloat16: half the memory, faster where the processor has it</source>
        <translation>bfloat16: halber Speicher, schneller, wo der Prozessor es kann</translation>
    </message>
    <message>
        <source>float16: half the memory, may overflow</source>
        <translation>float16: halber Speicher, kann überlaufen</translation>
    </message>
    <message>
        <source>As the device does it best: bfloat16 on a GPU; on a processor that is fast in it, too, for 8-bit photos and networks whose results stay within 0.05 dB; otherwise float32</source>
        <translation>Wie das Gerät es am besten kann: bfloat16 auf einer Grafikkarte; auch auf einem Prozessor, der darin schnell ist, für Fotos mit 8 Bit und Netze, deren Ergebnisse innerhalb von 0,05 dB bleiben; sonst float32</translation>
    </message>
    <message>
        <source>&amp;Precision:</source>
        <translation>Ge&amp;nauigkeit:</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::Presenter</name>
    <message>
        <source>Opening %1...</source>
        <translation>%1 wird geöffnet …</translation>
    </message>
    <message>
        <source>%1 cannot be shown.</source>
        <translation>%1 lässt sich nicht zeigen.</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::PromptField</name>
    <message>
        <source>Suggestions</source>
        <translation>Vorschläge</translation>
    </message>
    <message>
        <source>Suggestions for %1</source>
        <translation>Vorschläge für %1</translation>
    </message>
    <message>
        <source>Used before</source>
        <translation>Schon benutzt</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::RestorePanel</name>
    <message>
        <source>%1, %2 times as large</source>
        <translation>%1, %2-fach</translation>
    </message>
    <message numerus="yes">
        <source>%n second(s)</source>
        <translation>
            <numerusform>%n Sekunde</numerusform>
            <numerusform>%n Sekunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n Minute</numerusform>
            <numerusform>%n Minuten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s)</source>
        <translation>
            <numerusform>%n Stunde</numerusform>
            <numerusform>%n Stunden</numerusform>
        </translation>
    </message>
    <message>
        <source>Restoration settings</source>
        <translation>Einstellungen der Restaurierung</translation>
    </message>
    <message>
        <source>MODEL</source>
        <translation>MODELL</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>STRENGTH</source>
        <translation>STÄRKE</translation>
    </message>
    <message>
        <source>Strength in percent</source>
        <translation>Stärke in Prozent</translation>
    </message>
    <message>
        <source>How much of the result is blended over the original; takes effect at once</source>
        <translation>Wie viel vom Ergebnis über das Original gelegt wird; wirkt sofort</translation>
    </message>
    <message>
        <source>Progress of the run</source>
        <translation>Fortschritt des Laufs</translation>
    </message>
    <message>
        <source>Open checkpoint...</source>
        <translation>Checkpoint öffnen …</translation>
    </message>
    <message>
        <source>The network that restores the photo</source>
        <translation>Das Netz, das das Foto restauriert</translation>
    </message>
    <message>
        <source>No model is installed. Open a checkpoint file, or put one into the model folder.</source>
        <translation>Kein Modell ist installiert. Öffnen Sie eine Checkpoint-Datei, oder legen Sie eine in den Modellordner.</translation>
    </message>
    <message>
        <source>Stopping...</source>
        <translation>Wird angehalten …</translation>
    </message>
    <message>
        <source>Preparing...</source>
        <translation>Wird vorbereitet …</translation>
    </message>
    <message>
        <source>%1 %, about %2 left</source>
        <translation>%1 %, noch etwa %2</translation>
    </message>
    <message>
        <source>Processor</source>
        <translation>Prozessor</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::RunSteps</name>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Step %1</source>
        <translation>Schritt %1</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::SaveDialog</name>
    <message>
        <source>Save As</source>
        <translation>Speichern unter</translation>
    </message>
    <message>
        <source>&amp;Name:</source>
        <translation>&amp;Name:</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>&amp;Browse...</source>
        <translation>&amp;Durchsuchen …</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>F&amp;older:</source>
        <translation>&amp;Ordner:</translation>
    </message>
    <message>
        <source>&amp;Format:</source>
        <translation>&amp;Format:</translation>
    </message>
    <message>
        <source>&amp;Without loss</source>
        <translation>&amp;Verlustfrei</translation>
    </message>
    <message>
        <source>Without loss</source>
        <translation>Verlustfrei</translation>
    </message>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>&amp;Quality:</source>
        <translation>&amp;Qualität:</translation>
    </message>
    <message>
        <source>&amp;Depth:</source>
        <translation>Farb&amp;tiefe:</translation>
    </message>
    <message>
        <source>Keep everything</source>
        <translation>Alles behalten</translation>
    </message>
    <message>
        <source>Remove the place</source>
        <translation>Den Ort entfernen</translation>
    </message>
    <message>
        <source>Remove the recipe</source>
        <translation>Das Rezept entfernen</translation>
    </message>
    <message>
        <source>Remove everything</source>
        <translation>Alles entfernen</translation>
    </message>
    <message>
        <source>&amp;Metadata:</source>
        <translation>&amp;Metadaten:</translation>
    </message>
    <message>
        <source>A file of this name is there already.</source>
        <translation>Eine Datei dieses Namens gibt es schon.</translation>
    </message>
    <message>
        <source>&amp;Replace it</source>
        <translation>&amp;Ersetzen</translation>
    </message>
    <message>
        <source>Replace the file that is there</source>
        <translation>Die vorhandene Datei ersetzen</translation>
    </message>
    <message>
        <source>&amp;Use a Free Name</source>
        <translation>&amp;Freien Namen nehmen</translation>
    </message>
    <message>
        <source>Use a free name</source>
        <translation>Einen freien Namen nehmen</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>&amp;Speichern</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>Speichern</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>As in the photo</source>
        <translation>Wie im Foto</translation>
    </message>
    <message>
        <source>8 bits</source>
        <translation>8 Bit</translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation>16 Bit</translation>
    </message>
    <message>
        <source>32 bits, floating point</source>
        <translation>32 Bit, Gleitkomma</translation>
    </message>
    <message>
        <source>Choose a Folder</source>
        <translation>Ordner wählen</translation>
    </message>
    <message>
        <source>A name is missing.</source>
        <translation>Es fehlt ein Name.</translation>
    </message>
    <message>
        <source>A name cannot hold a slash; choose the folder below it.</source>
        <translation>Ein Name kann keinen Schrägstrich enthalten; den Ordner wählen Sie darunter.</translation>
    </message>
    <message>
        <source>There is no such folder.</source>
        <translation>Diesen Ordner gibt es nicht.</translation>
    </message>
    <message>
        <source>This is the original, which is never replaced. Choose another name.</source>
        <translation>Das ist das Original; es wird nie ersetzt. Wählen Sie einen anderen Namen.</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::SaveFlow</name>
    <message>
        <source>Unsaved Result</source>
        <translation>Nicht gespeichertes Ergebnis</translation>
    </message>
    <message>
        <source>The restored %1 is not saved.</source>
        <translation>Das restaurierte %1 ist nicht gespeichert.</translation>
    </message>
    <message>
        <source>Without saving, the result is lost. The original stays as it is.</source>
        <translation>Ohne Speichern geht das Ergebnis verloren. Das Original bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>&amp;Save...</source>
        <translation>&amp;Speichern …</translation>
    </message>
    <message>
        <source>&amp;Discard</source>
        <translation>&amp;Verwerfen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Run Not Finished</source>
        <translation>Noch nicht fertig</translation>
    </message>
    <message>
        <source>%1 is still being restored.</source>
        <translation>%1 wird noch restauriert.</translation>
    </message>
    <message numerus="yes">
        <source>%n photo(s) are still being restored.</source>
        <translation>
            <numerusform>%n Foto wird noch restauriert.</numerusform>
            <numerusform>%n Fotos werden noch restauriert.</numerusform>
        </translation>
    </message>
    <message>
        <source>What is done so far is lost when the run stops. The original stays as it is.</source>
        <translation>Was bisher berechnet wurde, geht beim Anhalten verloren. Das Original bleibt, wie es ist.</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>&amp;Go On</source>
        <translation>&amp;Weiterrechnen</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::ShortcutsDialog</name>
    <message>
        <source>Shortcuts</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Commands and their shortcuts</source>
        <translation>Befehle und ihre Tastenkürzel</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Shortcut</source>
        <translation>Tastenkürzel</translation>
    </message>
    <message>
        <source>Mouse and photo</source>
        <translation>Maus und Foto</translation>
    </message>
    <message>
        <source>Zoom at the cursor</source>
        <translation>An der Maus zoomen</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>Rad</translation>
    </message>
    <message>
        <source>Move the photo</source>
        <translation>Foto verschieben</translation>
    </message>
    <message>
        <source>Left or middle button, Space</source>
        <translation>Linke oder mittlere Taste, Leertaste</translation>
    </message>
    <message>
        <source>Fit or 100 %</source>
        <translation>Einpassen oder 100 %</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>Doppelklick</translation>
    </message>
    <message>
        <source>Move the photo with the keyboard</source>
        <translation>Foto mit der Tastatur verschieben</translation>
    </message>
    <message>
        <source>Shift + arrow keys</source>
        <translation>Umschalt + Pfeiltasten</translation>
    </message>
    <message>
        <source>Move the divider</source>
        <translation>Trennlinie verschieben</translation>
    </message>
    <message>
        <source>Tab to it, then arrow keys</source>
        <translation>Mit Tab hin, dann Pfeiltasten</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::StepStrip</name>
    <message>
        <source>%1 ms</source>
        <translation>%1 ms</translation>
    </message>
    <message>
        <source>%1 s</source>
        <translation>%1 s</translation>
    </message>
    <message>
        <source>Steps of the run</source>
        <translation>Schritte des Laufs</translation>
    </message>
    <message>
        <source>&amp;Use This Step</source>
        <translation>Diesen &amp;Schritt nehmen</translation>
    </message>
    <message>
        <source>Use this step</source>
        <translation>Diesen Schritt nehmen</translation>
    </message>
    <message>
        <source>Take the picture of the chosen step for the result; Undo brings the last one back</source>
        <translation>Nimmt das Bild des gewählten Schritts als Ergebnis; Rückgängig bringt das vorige zurück</translation>
    </message>
    <message>
        <source>&amp;Continue from Here</source>
        <translation>Von hier &amp;weiterrechnen</translation>
    </message>
    <message>
        <source>Continue from here</source>
        <translation>Von hier weiterrechnen</translation>
    </message>
    <message>
        <source>Run on from the chosen step, with the words and settings as they are now</source>
        <translation>Rechnet vom gewählten Schritt an weiter, mit den jetzigen Worten und Einstellungen</translation>
    </message>
    <message>
        <source>%1, %2</source>
        <comment>a step and the time it took</comment>
        <translation>%1, %2</translation>
    </message>
    <message>
        <source>%1, took %2</source>
        <translation>%1, dauerte %2</translation>
    </message>
    <message>
        <source>Only the small picture of this step was kept</source>
        <translation>Von diesem Schritt blieb nur das kleine Bild</translation>
    </message>
    <message>
        <source>Part %1 of %2</source>
        <translation>Teil %1 von %2</translation>
    </message>
    <message>
        <source>Make the picture of the chosen step in full, which takes a moment, and take it for the result; Undo brings the last one back</source>
        <translation>Erstellt das Bild des gewählten Schritts in voller Güte, was einen Moment dauert, und nimmt es als Ergebnis; Rückgängig bringt das vorige zurück</translation>
    </message>
    <message>
        <source>Estimated damage: light (%1)</source>
        <translation>Geschätzter Schaden: leicht (%1)</translation>
    </message>
    <message>
        <source>Estimated damage: medium (%1)</source>
        <translation>Geschätzter Schaden: mittel (%1)</translation>
    </message>
    <message>
        <source>Estimated damage: heavy (%1)</source>
        <translation>Geschätzter Schaden: schwer (%1)</translation>
    </message>
    <message>
        <source>How far the previews moved in all, as a share of the variance that pictures have: medium from %1 on, heavy from %2. That their restlessness tells the damage is the method&apos;s own finding; the scale is ours.</source>
        <translation>Wie weit sich die Vorschauen insgesamt bewegt haben, als Anteil der Varianz, die Bilder haben: mittel ab %1, schwer ab %2. Dass ihre Unruhe den Schaden zeigt, stammt von den Urhebern des Verfahrens; die Skala ist unsere.</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::Viewer</name>
    <message>
        <source>Photo</source>
        <translation>Foto</translation>
    </message>
    <message>
        <source>Plus and minus zoom, Shift and the arrow keys move the picture</source>
        <translation>Plus und Minus zoomen, Umschalt und Pfeiltasten verschieben das Bild</translation>
    </message>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>After</source>
        <translation>Nachher</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>Vorher</translation>
    </message>
</context>
<context>
    <name>heirloom::ui::Welcome</name>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Drop photos here</source>
        <translation>Fotos hierher ziehen</translation>
    </message>
    <message>
        <source>or folders, or paste a picture</source>
        <translation>oder Ordner, oder ein Bild einfügen</translation>
    </message>
    <message>
        <source>Open Photos...</source>
        <translation>Fotos öffnen …</translation>
    </message>
    <message>
        <source>Open photos</source>
        <translation>Fotos öffnen</translation>
    </message>
</context>
<context>
    <name>inputs.folder</name>
    <message>
        <source>the folder cannot be read: %1</source>
        <translation>der Ordner kann nicht gelesen werden: %1</translation>
    </message>
</context>
<context>
    <name>inputs.folder.remedy</name>
    <message>
        <source>check its permissions</source>
        <translation>prüfen Sie seine Rechte</translation>
    </message>
</context>
<context>
    <name>instantir.begins</name>
    <message>
        <source>beginning with the steps</source>
        <translation>Beginn der Schritte</translation>
    </message>
</context>
<context>
    <name>instantir.decoding</name>
    <message>
        <source>decoding</source>
        <translation>dekodieren</translation>
    </message>
</context>
<context>
    <name>instantir.decodingTiles</name>
    <message>
        <source>memory is short: pictures are decoded in tiles of %1 pixels, which may differ in tint</source>
        <translation>der Speicher ist knapp: Bilder werden in Kacheln von %1 Pixeln dekodiert, deren Farbton sich unterscheiden kann</translation>
    </message>
</context>
<context>
    <name>instantir.encoding</name>
    <message>
        <source>encoding the photo</source>
        <translation>Foto kodieren</translation>
    </message>
</context>
<context>
    <name>instantir.encodingTiles</name>
    <message>
        <source>memory is short: the photo is encoded in tiles of %1 pixels, which may differ in tint</source>
        <translation>der Speicher ist knapp: das Foto wird in Kacheln von %1 Pixeln kodiert, deren Farbton sich unterscheiden kann</translation>
    </message>
</context>
<context>
    <name>instantir.held.merged</name>
    <message>
        <source>all networks stay in memory, the previewer as one of its own</source>
        <translation>alle Netze bleiben im Speicher, der Previewer als eigenes</translation>
    </message>
</context>
<context>
    <name>instantir.held.offloaded</name>
    <message>
        <source>encoders and autoencoder come and go</source>
        <translation>Encoder und Autoencoder werden nur bei Bedarf geladen</translation>
    </message>
</context>
<context>
    <name>instantir.held.resident</name>
    <message>
        <source>all networks stay in memory</source>
        <translation>alle Netze bleiben im Speicher</translation>
    </message>
</context>
<context>
    <name>instantir.held.streamed</name>
    <message>
        <source>the networks are read block by block</source>
        <translation>die Netze werden Block für Block gelesen</translation>
    </message>
</context>
<context>
    <name>instantir.keptStep</name>
    <message>
        <source>the step to go on from belongs to another run</source>
        <translation>der Schritt, von dem aus weitergerechnet werden soll, gehört zu einem anderen Lauf</translation>
    </message>
</context>
<context>
    <name>instantir.keptStep.remedy</name>
    <message>
        <source>take the photo, model, device, seed, sizes and number of steps of that run, or start anew</source>
        <translation>nehmen Sie Foto, Modell, Gerät, Startwert, Größen und Zahl der Schritte jenes Laufs, oder beginnen Sie von vorn</translation>
    </message>
</context>
<context>
    <name>instantir.lora</name>
    <message>
        <source>the previewer corrects layers that the UNet does not have: %1</source>
        <translation>der Previewer korrigiert Schichten, die das UNet nicht hat: %1</translation>
    </message>
</context>
<context>
    <name>instantir.lora.remedy</name>
    <message>
        <source>use the previewer that was trained on this UNet</source>
        <translation>nehmen Sie den Previewer, der für dieses UNet trainiert wurde</translation>
    </message>
</context>
<context>
    <name>instantir.loraFile</name>
    <message>
        <source>the previewer&apos;s corrections do not fit: %1</source>
        <translation>die Korrekturen des Previewers passen nicht: %1</translation>
    </message>
</context>
<context>
    <name>instantir.loraFile.remedy</name>
    <message>
        <source>use previewer_lora_weights.bin of InstantIR</source>
        <translation>nehmen Sie previewer_lora_weights.bin von InstantIR</translation>
    </message>
</context>
<context>
    <name>instantir.memory.remedy</name>
    <message>
        <source>close other programs, or let it see fewer pixels (setting max_side, longer side at most: 768)</source>
        <translation>schließen Sie andere Programme, oder lassen Sie es weniger Pixel sehen (Einstellung Längere Seite höchstens: 768)</translation>
    </message>
</context>
<context>
    <name>instantir.narrow</name>
    <message>
        <source>a picture of %1 x %2 pixels is too narrow: at %3 pixels along the longer side the shorter one has fewer than %4</source>
        <translation>ein Bild von %1 x %2 Pixeln ist zu schmal: bei %3 Pixeln auf der längeren Seite hat die kürzere weniger als %4</translation>
    </message>
</context>
<context>
    <name>instantir.narrow.remedy</name>
    <message>
        <source>cut it into parts that are less long and narrow</source>
        <translation>zerschneiden Sie es in weniger lange und schmale Teile</translation>
    </message>
</context>
<context>
    <name>instantir.notFinite</name>
    <message>
        <source>step %1 of %2 gave values that are no numbers</source>
        <translation>Schritt %1 von %2 ergab Werte, die keine Zahlen sind</translation>
    </message>
</context>
<context>
    <name>instantir.notFinite.remedy</name>
    <message>
        <source>run in a wider precision, or take an earlier step</source>
        <translation>rechnen Sie genauer, oder nehmen Sie einen früheren Schritt</translation>
    </message>
</context>
<context>
    <name>instantir.offloaded</name>
    <message>
        <source>memory is short: encoders and autoencoder are read anew whenever they are used</source>
        <translation>der Speicher ist knapp: Encoder und Autoencoder werden bei jedem Gebrauch neu gelesen</translation>
    </message>
</context>
<context>
    <name>instantir.preset.buildings</name>
    <message>
        <source>Street and buildings</source>
        <translation>Straße und Gebäude</translation>
    </message>
</context>
<context>
    <name>instantir.preset.detail</name>
    <message>
        <source>Fine detail (the model&apos;s own)</source>
        <translation>Feine Einzelheiten (Vorgabe des Modells)</translation>
    </message>
</context>
<context>
    <name>instantir.preset.landscape</name>
    <message>
        <source>Landscape</source>
        <translation>Landschaft</translation>
    </message>
</context>
<context>
    <name>instantir.preset.portrait</name>
    <message>
        <source>Portrait</source>
        <translation>Porträt</translation>
    </message>
</context>
<context>
    <name>instantir.range</name>
    <message>
        <source>%1 cannot be %2</source>
        <translation>%1 kann nicht %2 sein</translation>
    </message>
</context>
<context>
    <name>instantir.range.remedy</name>
    <message>
        <source>choose from %1 to %2</source>
        <translation>wählen Sie %1 bis %2</translation>
    </message>
</context>
<context>
    <name>instantir.reading</name>
    <message>
        <source>reading the networks</source>
        <translation>Netze einlesen</translation>
    </message>
</context>
<context>
    <name>instantir.rested</name>
    <message>
        <source>the previews hardly changed any more: the run ended after step %1 of %2 with its picture</source>
        <translation>die Vorschauen änderten sich kaum noch: der Lauf endete nach Schritt %1 von %2 mit dessen Bild</translation>
    </message>
</context>
<context>
    <name>instantir.shownTiles</name>
    <message>
        <source>memory is short: pictures of the steps are decoded in tiles of %1 pixels, which may differ in tint</source>
        <translation>der Speicher ist knapp: Bilder der Schritte werden in Kacheln von %1 Pixeln dekodiert, deren Farbton sich unterscheiden kann</translation>
    </message>
</context>
<context>
    <name>instantir.step</name>
    <message>
        <source>step %1 of %2</source>
        <translation>Schritt %1 von %2</translation>
    </message>
</context>
<context>
    <name>instantir.streamed</name>
    <message>
        <source>memory is short: the networks are read block by block in every step, which takes longer</source>
        <translation>der Speicher ist knapp: die Netze werden in jedem Schritt Block für Block gelesen, das dauert länger</translation>
    </message>
</context>
<context>
    <name>instantir.text</name>
    <message>
        <source>reading the prompt</source>
        <translation>Prompt lesen</translation>
    </message>
</context>
<context>
    <name>instantir.uncorrected</name>
    <message>
        <source>layers for which the previewer&apos;s file has no correction: %1, the first of them %2</source>
        <translation>Schichten, für die die Datei des Previewers keine Korrektur hat: %1, die erste davon %2</translation>
    </message>
</context>
<context>
    <name>instantir.unread</name>
    <message>
        <source>the adapter holds %1 tensors that nothing reads, such as %2</source>
        <translation>der Adapter enthält %1 Tensoren, die niemand liest, etwa %2</translation>
    </message>
</context>
<context>
    <name>kernel.large</name>
    <message>
        <source>the blur kernel of %1 x %2 is larger than the picture of %3 x %4</source>
        <translation>der Unschärfekern von %1 x %2 ist größer als das Bild von %3 x %4</translation>
    </message>
</context>
<context>
    <name>kernel.large.remedy</name>
    <message>
        <source>give a smaller kernel or a larger picture</source>
        <translation>wählen Sie einen kleineren Kern oder ein größeres Bild</translation>
    </message>
</context>
<context>
    <name>kernel.normalised</name>
    <message>
        <source>the blur kernel summed to %1 and was scaled to 1</source>
        <translation>der Unschärfekern hatte die Summe %1 und wurde auf 1 gebracht</translation>
    </message>
</context>
<context>
    <name>kernel.number</name>
    <message>
        <source>there is no kernel number %1; the file holds %2</source>
        <translation>es gibt keinen Kern Nummer %1; die Datei enthält %2</translation>
    </message>
</context>
<context>
    <name>kernel.number_remedy</name>
    <message>
        <source>give FILE#1 for the first</source>
        <translation>geben Sie DATEI#1 für den ersten an</translation>
    </message>
</context>
<context>
    <name>kernel.size</name>
    <message>
        <source>a blur kernel may have %1 pixels a side at most</source>
        <translation>ein Unschärfekern darf höchstens %1 Pixel je Seite haben</translation>
    </message>
</context>
<context>
    <name>kernel.size_remedy</name>
    <message>
        <source>cut the picture of the kernel to what is not black</source>
        <translation>schneiden Sie das Bild des Kerns auf das zu, was nicht schwarz ist</translation>
    </message>
</context>
<context>
    <name>kernel.sum</name>
    <message>
        <source>the values of the blur kernel sum to %1</source>
        <translation>die Werte des Unschärfekerns haben die Summe %1</translation>
    </message>
</context>
<context>
    <name>kernel.sum.remedy</name>
    <message>
        <source>give a kernel whose values are positive numbers</source>
        <translation>geben Sie einen Kern aus positiven Zahlen an</translation>
    </message>
</context>
<context>
    <name>library.changed</name>
    <message>
        <source>the file changed while it was read</source>
        <translation>die Datei hat sich beim Lesen geändert</translation>
    </message>
</context>
<context>
    <name>library.did_you_mean</name>
    <message>
        <source>did you mean %1?</source>
        <translation>meinten Sie %1?</translation>
    </message>
</context>
<context>
    <name>library.missing</name>
    <message>
        <source>there is no such checkpoint file</source>
        <translation>diese Checkpoint-Datei gibt es nicht</translation>
    </message>
</context>
<context>
    <name>library.missing_remedy</name>
    <message>
        <source>check the path, or take a name from `heirloom-cli models list`</source>
        <translation>prüfen Sie den Pfad, oder nehmen Sie einen Namen aus `heirloom-cli models list`</translation>
    </message>
</context>
<context>
    <name>library.no_weights</name>
    <message>
        <source>%1 has no weights that could be blended</source>
        <translation>%1 hat keine Gewichte, die sich mischen ließen</translation>
    </message>
</context>
<context>
    <name>library.no_weights_remedy</name>
    <message>
        <source>blend two checkpoints of one network</source>
        <translation>mischen Sie zwei Gewichtsdateien desselben Netzes</translation>
    </message>
</context>
<context>
    <name>library.unknown</name>
    <message>
        <source>there is no model &apos;%1&apos;</source>
        <translation>es gibt kein Modell &apos;%1&apos;</translation>
    </message>
</context>
<context>
    <name>library.unknown_remedy</name>
    <message>
        <source>`heirloom-cli models list` shows the names; a checkpoint file can be given too</source>
        <translation>`heirloom-cli models list` zeigt die Namen; auch eine Checkpoint-Datei kann angegeben werden</translation>
    </message>
</context>
<context>
    <name>lowRank.shape</name>
    <message>
        <source>a correction of %1 and %2 does not fit weights of %3</source>
        <translation>eine Korrektur aus %1 und %2 passt nicht zu Gewichten von %3</translation>
    </message>
</context>
<context>
    <name>lowRank.shape.remedy</name>
    <message>
        <source>use a LoRA that was trained on this very model</source>
        <translation>nehmen Sie ein LoRA, das für eben dieses Modell trainiert wurde</translation>
    </message>
</context>
<context>
    <name>mask.grey</name>
    <message>
        <source>a mask must be grey, without colours and transparency</source>
        <translation>eine Maske muss grau sein, ohne Farben und Durchsichtigkeit</translation>
    </message>
</context>
<context>
    <name>mask.grey.remedy</name>
    <message>
        <source>save it in grey: white where the step counts, black where the picture stays as it is</source>
        <translation>speichern Sie sie in Grau: weiß, wo der Schritt zählt, schwarz, wo das Bild bleibt, wie es ist</translation>
    </message>
</context>
<context>
    <name>mask.size</name>
    <message>
        <source>a mask of %1 x %2 pixels does not fit a picture of %3 x %4</source>
        <translation>eine Maske von %1 × %2 Bildpunkten passt nicht zu einem Bild von %3 × %4</translation>
    </message>
</context>
<context>
    <name>mask.size.remedy</name>
    <message>
        <source>give one as large as the picture that the step starts from</source>
        <translation>geben Sie eine an, die so groß ist wie das Bild, mit dem der Schritt beginnt</translation>
    </message>
</context>
<context>
    <name>mat.missing</name>
    <message>
        <source>there is no such file</source>
        <translation>diese Datei gibt es nicht</translation>
    </message>
</context>
<context>
    <name>mat.missing.remedy</name>
    <message>
        <source>choose it where it lies now</source>
        <translation>wählen Sie sie dort, wo sie jetzt liegt</translation>
    </message>
</context>
<context>
    <name>mat.unreadable</name>
    <message>
        <source>this is no MATLAB file that can be read</source>
        <translation>das ist keine lesbare MATLAB-Datei</translation>
    </message>
</context>
<context>
    <name>mat.unreadable_remedy</name>
    <message>
        <source>give a .mat file of version 5 or 7.3</source>
        <translation>geben Sie eine .mat-Datei der Version 5 oder 7.3 an</translation>
    </message>
</context>
<context>
    <name>matrix.missing</name>
    <message>
        <source>there is no matrix named %1</source>
        <translation>es gibt keine Matrix namens %1</translation>
    </message>
</context>
<context>
    <name>matrix.remedy</name>
    <message>
        <source>give the published file, %1</source>
        <translation>geben Sie die veröffentlichte Datei %1 an</translation>
    </message>
</context>
<context>
    <name>matrix.size</name>
    <message>
        <source>the matrix %1 is %2 x %3, not %4 x %5</source>
        <translation>die Matrix %1 ist %2 x %3, nicht %4 x %5</translation>
    </message>
</context>
<context>
    <name>memory.needed</name>
    <message>
        <source>this network needs about %1 GB of memory, and %2 GB are free</source>
        <translation>dieses Netz braucht etwa %1 GB Speicher, und %2 GB sind frei</translation>
    </message>
</context>
<context>
    <name>naming.elsewhere</name>
    <message>
        <source>choose another name or folder for the result</source>
        <translation>wählen Sie für das Ergebnis einen anderen Namen oder Ordner</translation>
    </message>
</context>
<context>
    <name>naming.exists</name>
    <message>
        <source>is there already and stays as it is</source>
        <translation>ist schon da und bleibt, wie es ist</translation>
    </message>
</context>
<context>
    <name>naming.extension</name>
    <message>
        <source>the name template &quot;%1&quot; does not end in .{ext} or a picture&apos;s extension</source>
        <translation>die Namensvorlage &quot;%1&quot; endet nicht auf .{ext} oder die Endung eines Bildes</translation>
    </message>
</context>
<context>
    <name>naming.field</name>
    <message>
        <source>the name template &quot;%1&quot; has no field {%2}</source>
        <translation>die Namensvorlage &quot;%1&quot; kennt kein Feld {%2}</translation>
    </message>
</context>
<context>
    <name>naming.field.remedy</name>
    <message>
        <source>use {name} {model} {recipe} {scale} {_scale} {ext} {index} {date} {size}, and {{ for a brace</source>
        <translation>nehmen Sie {name} {model} {recipe} {scale} {_scale} {ext} {index} {date} {size}, und {{ für eine Klammer</translation>
    </message>
</context>
<context>
    <name>naming.folder</name>
    <message>
        <source>a folder of the result&apos;s name is there already</source>
        <translation>einen Ordner mit dem Namen des Ergebnisses gibt es schon</translation>
    </message>
</context>
<context>
    <name>naming.leaves</name>
    <message>
        <source>the name template &quot;%1&quot; leads out of the output folder</source>
        <translation>die Namensvorlage &quot;%1&quot; führt aus dem Ausgabeordner hinaus</translation>
    </message>
</context>
<context>
    <name>naming.name</name>
    <message>
        <source>the name template &quot;%1&quot; makes no file name here: &quot;%2&quot;</source>
        <translation>die Namensvorlage &quot;%1&quot; ergibt hier keinen Dateinamen: &quot;%2&quot;</translation>
    </message>
</context>
<context>
    <name>naming.name.remedy</name>
    <message>
        <source>use another template of names</source>
        <translation>nehmen Sie eine andere Vorlage für Namen</translation>
    </message>
</context>
<context>
    <name>naming.source</name>
    <message>
        <source>the result would replace the photo %1</source>
        <translation>das Ergebnis würde das Foto %1 ersetzen</translation>
    </message>
</context>
<context>
    <name>naming.template.remedy</name>
    <message>
        <source>write one like {name}_{model}{_scale}.{ext}</source>
        <translation>schreiben Sie eine wie {name}_{model}{_scale}.{ext}</translation>
    </message>
</context>
<context>
    <name>naming.twice</name>
    <message>
        <source>two photos of this run would have the same result %1</source>
        <translation>zwei Fotos dieses Laufs hätten dasselbe Ergebnis %1</translation>
    </message>
</context>
<context>
    <name>naming.twice.remedy</name>
    <message>
        <source>number the results, or use a template of names with {index}</source>
        <translation>nummerieren Sie die Ergebnisse, oder nehmen Sie eine Vorlage für Namen mit {index}</translation>
    </message>
</context>
<context>
    <name>photo.acceptDamaged</name>
    <message>
        <source>use another copy, or --accept-damaged to take what can be decoded</source>
        <translation>nehmen Sie eine andere Kopie, oder mit --accept-damaged das, was sich entziffern lässt</translation>
    </message>
</context>
<context>
    <name>photo.alphaLost</name>
    <message>
        <source>%1 has no transparency; the photo is put on a background</source>
        <translation>%1 kennt keine Durchsichtigkeit; das Foto kommt auf einen Hintergrund</translation>
    </message>
</context>
<context>
    <name>photo.bigTiffMetadata</name>
    <message>
        <source>a TIFF of more than 4 GB is written without metadata</source>
        <translation>ein TIFF von mehr als 4 GB wird ohne Metadaten geschrieben</translation>
    </message>
</context>
<context>
    <name>photo.bigTiffUnread</name>
    <message>
        <source>it is a BigTIFF, whose metadata cannot be read and will be missing</source>
        <translation>es ist ein BigTIFF, dessen Metadaten sich nicht lesen lassen und fehlen werden</translation>
    </message>
</context>
<context>
    <name>photo.cannotOpen</name>
    <message>
        <source>it cannot be opened: %1</source>
        <translation>sie kann nicht geöffnet werden: %1</translation>
    </message>
</context>
<context>
    <name>photo.checkAccess</name>
    <message>
        <source>check that it is a file and may be read</source>
        <translation>prüfen Sie, ob es eine Datei ist und gelesen werden darf</translation>
    </message>
</context>
<context>
    <name>photo.checkName</name>
    <message>
        <source>check the name and the folder</source>
        <translation>prüfen Sie den Namen und den Ordner</translation>
    </message>
</context>
<context>
    <name>photo.chooseAnother</name>
    <message>
        <source>choose another format</source>
        <translation>wählen Sie ein anderes Format</translation>
    </message>
</context>
<context>
    <name>photo.chooseScratchFolder</name>
    <message>
        <source>set TMPDIR to a folder with room</source>
        <translation>setzen Sie TMPDIR auf einen Ordner mit Platz</translation>
    </message>
</context>
<context>
    <name>photo.chooseTiff</name>
    <message>
        <source>choose TIFF or a smaller scale</source>
        <translation>wählen Sie TIFF oder eine kleinere Vergrößerung</translation>
    </message>
</context>
<context>
    <name>photo.claimsTooMuch</name>
    <message>
        <source>it claims to hold %1 of picture, and %2 of file cannot hold that</source>
        <translation>sie behauptet %1 Bild, und %2 Datei können das nicht fassen</translation>
    </message>
</context>
<context>
    <name>photo.cmykLost</name>
    <message>
        <source>%1 has no CMYK; the colours become sRGB</source>
        <translation>%1 kennt kein CMYK; die Farben werden sRGB</translation>
    </message>
</context>
<context>
    <name>photo.convertRaw</name>
    <message>
        <source>convert it to DNG or TIFF and try again</source>
        <translation>wandeln Sie sie in DNG oder TIFF um, und versuchen Sie es noch einmal</translation>
    </message>
</context>
<context>
    <name>photo.convertSamples</name>
    <message>
        <source>convert it to 8, 16 bit or float and try again</source>
        <translation>wandeln Sie sie in 8 Bit, 16 Bit oder Gleitkomma um, und versuchen Sie es noch einmal</translation>
    </message>
</context>
<context>
    <name>photo.damaged</name>
    <message>
        <source>the file is damaged or ends too early: %1</source>
        <translation>die Datei ist beschädigt oder endet zu früh: %1</translation>
    </message>
</context>
<context>
    <name>photo.damagedOrHostile</name>
    <message>
        <source>the file is damaged or made to do harm; use another copy</source>
        <translation>die Datei ist beschädigt oder soll Schaden anrichten; nehmen Sie eine andere Kopie</translation>
    </message>
</context>
<context>
    <name>photo.damagedTaken</name>
    <message>
        <source>the file is damaged and only what could be decoded was taken: %1</source>
        <translation>die Datei ist beschädigt; genommen wurde nur, was sich entziffern ließ: %1</translation>
    </message>
</context>
<context>
    <name>photo.depthLost</name>
    <message>
        <source>%1 bits a sample become %2 in %3</source>
        <translation>%1 Bit je Wert werden in %3 zu %2</translation>
    </message>
</context>
<context>
    <name>photo.empty</name>
    <message>
        <source>the file is empty</source>
        <translation>die Datei ist leer</translation>
    </message>
</context>
<context>
    <name>photo.extraBands</name>
    <message>
        <source>it has %1 channels; the first %2 were taken</source>
        <translation>sie hat %1 Kanäle; die ersten %2 wurden genommen</translation>
    </message>
</context>
<context>
    <name>photo.firstPageOnly</name>
    <message>
        <source>it holds %1 pictures; the first was taken</source>
        <translation>sie enthält %1 Bilder; das erste wurde genommen</translation>
    </message>
</context>
<context>
    <name>photo.greyProfileLost</name>
    <message>
        <source>%1 has no grey; the tones become sRGB</source>
        <translation>%1 kennt kein Grau; die Töne werden sRGB</translation>
    </message>
</context>
<context>
    <name>photo.heifFailed</name>
    <message>
        <source>it cannot be coded as HEIF or AVIF: %1</source>
        <translation>sie lässt sich nicht als HEIF oder AVIF kodieren: %1</translation>
    </message>
</context>
<context>
    <name>photo.labToSrgb</name>
    <message>
        <source>its Lab colours were converted to 16-bit sRGB</source>
        <translation>die Lab-Farben wurden in sRGB mit 16 Bit umgewandelt</translation>
    </message>
</context>
<context>
    <name>photo.makeRoom</name>
    <message>
        <source>free memory, or set TMPDIR to a folder with more room</source>
        <translation>schaffen Sie freien Speicher, oder setzen Sie TMPDIR auf einen Ordner mit mehr Platz</translation>
    </message>
</context>
<context>
    <name>photo.metadataLost</name>
    <message>
        <source>%1 holds no %2, which will be missing</source>
        <translation>%1 fasst kein %2; das wird fehlen</translation>
    </message>
</context>
<context>
    <name>photo.metadataNotWritten</name>
    <message>
        <source>its metadata cannot be written: %1</source>
        <translation>die Metadaten können nicht geschrieben werden: %1</translation>
    </message>
</context>
<context>
    <name>photo.metadataUnreadable</name>
    <message>
        <source>its %1 could not be read and will be missing: %2</source>
        <translation>%1 ließ sich nicht lesen und wird fehlen: %2</translation>
    </message>
</context>
<context>
    <name>photo.missing</name>
    <message>
        <source>there is no such file</source>
        <translation>diese Datei gibt es nicht</translation>
    </message>
</context>
<context>
    <name>photo.noRoom</name>
    <message>
        <source>the decoded picture takes %1, and memory and scratch disk together hold %2</source>
        <translation>das entpackte Bild braucht %1, und Speicher und Platte zusammen fassen %2</translation>
    </message>
</context>
<context>
    <name>photo.noRoomForResult</name>
    <message>
        <source>the result takes %1 while it is made, and memory and scratch disk together hold %2</source>
        <translation>das Ergebnis braucht beim Entstehen %1, und Speicher und Platte zusammen fassen %2</translation>
    </message>
</context>
<context>
    <name>photo.noScratchFile</name>
    <message>
        <source>no scratch file can be made there: %1</source>
        <translation>dort kann keine Hilfsdatei angelegt werden: %1</translation>
    </message>
</context>
<context>
    <name>photo.notAPicture</name>
    <message>
        <source>this is not a picture that Heirloom reads</source>
        <translation>das ist kein Bild, das Heirloom liest</translation>
    </message>
</context>
<context>
    <name>photo.notEncoded</name>
    <message>
        <source>it cannot be coded as %1: %2</source>
        <translation>sie lässt sich nicht als %1 kodieren: %2</translation>
    </message>
</context>
<context>
    <name>photo.notWritable</name>
    <message>
        <source>%1 is read, not written</source>
        <translation>%1 wird gelesen, nicht geschrieben</translation>
    </message>
</context>
<context>
    <name>photo.rawFailed</name>
    <message>
        <source>the camera&apos;s data cannot be read: %1</source>
        <translation>die Daten der Kamera können nicht gelesen werden: %1</translation>
    </message>
</context>
<context>
    <name>photo.readable</name>
    <message>
        <source>give JPEG, PNG, TIFF, WebP, HEIF, AVIF, JPEG XL, JPEG 2000, GIF or a camera RAW file</source>
        <translation>nehmen Sie eine Datei in JPEG, PNG, TIFF, WebP, HEIF, AVIF, JPEG XL, JPEG 2000, GIF oder dem RAW-Format einer Kamera</translation>
    </message>
</context>
<context>
    <name>photo.samplesNotHeld</name>
    <message>
        <source>its samples are of a kind that Heirloom does not read: %1</source>
        <translation>ihre Werte sind von einer Art, die Heirloom nicht liest: %1</translation>
    </message>
</context>
<context>
    <name>photo.stripMetadata</name>
    <message>
        <source>choose another format, or leave all metadata out</source>
        <translation>wählen Sie ein anderes Format, oder lassen Sie alle Metadaten weg</translation>
    </message>
</context>
<context>
    <name>photo.tooLargeForFormat</name>
    <message>
        <source>%1 x %2 pixels are too many for %3, which ends at %4 a side</source>
        <translation>%1 × %2 Bildpunkte sind zu viele für %3, das bei %4 je Seite endet</translation>
    </message>
</context>
<context>
    <name>precision.unknown</name>
    <message>
        <source>precision &apos;%1&apos; is unknown</source>
        <translation>die Genauigkeit &apos;%1&apos; ist unbekannt</translation>
    </message>
</context>
<context>
    <name>precision.unknown.remedy</name>
    <message>
        <source>use float32, bfloat16 or float16</source>
        <translation>nehmen Sie float32, bfloat16 oder float16</translation>
    </message>
</context>
<context>
    <name>prompt.long</name>
    <message>
        <source>the prompt is too long: it has %1 tokens, %2 more than the network reads</source>
        <translation>der Prompt ist zu lang: er hat %1 Token, %2 mehr als das Netz liest</translation>
    </message>
</context>
<context>
    <name>prompt.long.remedy</name>
    <message>
        <source>shorten it, or choose chunk or cut under &quot;A prompt of more than 75 tokens&quot;</source>
        <translation>kürzen Sie ihn, oder wählen Sie unter „Ein Prompt von mehr als 75 Token“ „in Stücken“ oder „abschneiden“</translation>
    </message>
</context>
<context>
    <name>prompt.weight</name>
    <message>
        <source>a part of the prompt has a weight outside 0 to 10: %1</source>
        <translation>ein Teil des Prompts hat ein Gewicht außerhalb von 0 bis 10: %1</translation>
    </message>
</context>
<context>
    <name>prompt.weight.remedy</name>
    <message>
        <source>use weights near 1, such as (word:1.2), or write \( and \) where brackets are meant</source>
        <translation>nehmen Sie Gewichte um 1, etwa (Wort:1.2), oder schreiben Sie \( und \), wo Klammern gemeint sind</translation>
    </message>
</context>
<context>
    <name>quality.cmyk</name>
    <message>
        <source>CMYK pictures cannot be scored</source>
        <translation>CMYK-Bilder lassen sich nicht bewerten</translation>
    </message>
</context>
<context>
    <name>quality.cmyk_remedy</name>
    <message>
        <source>convert it to RGB first</source>
        <translation>wandeln Sie es zuerst in RGB um</translation>
    </message>
</context>
<context>
    <name>quality.sizes</name>
    <message>
        <source>the pictures differ in size: %1 and %2 (width x height x bands)</source>
        <translation>die Bilder sind verschieden groß: %1 und %2 (Breite x Höhe x Kanäle)</translation>
    </message>
</context>
<context>
    <name>quality.sizes_remedy</name>
    <message>
        <source>compare pictures of one size and colour model</source>
        <translation>vergleichen Sie Bilder einer Größe und eines Farbmodells</translation>
    </message>
</context>
<context>
    <name>quality.small</name>
    <message>
        <source>%1 is too small to measure inside a border of %2 pixels: at least %3 a side must be left</source>
        <translation>%1 ist zu klein, um innerhalb eines Rands von %2 Bildpunkten zu messen: mindestens %3 je Seite müssen bleiben</translation>
    </message>
</context>
<context>
    <name>recipe.document</name>
    <message>
        <source>a recipe is one YAML document with `version` and `steps`</source>
        <translation>ein Rezept ist ein YAML-Dokument mit `version` und `steps`</translation>
    </message>
</context>
<context>
    <name>recipe.key</name>
    <message>
        <source>unknown key &apos;%1&apos;</source>
        <translation>unbekannter Schlüssel &apos;%1&apos;</translation>
    </message>
</context>
<context>
    <name>recipe.line</name>
    <message>
        <source>line %1: %2</source>
        <translation>Zeile %1: %2</translation>
    </message>
</context>
<context>
    <name>recipe.mask</name>
    <message>
        <source>`mask` must name a grey picture</source>
        <translation>`mask` muss ein graues Bild nennen</translation>
    </message>
</context>
<context>
    <name>recipe.remedy</name>
    <message>
        <source>correct the recipe: it has version and steps, a step has model, settings, strength and mask</source>
        <translation>berichtigen Sie das Rezept: es hat version und steps, ein Schritt hat model, settings, strength und mask</translation>
    </message>
</context>
<context>
    <name>recipe.settings</name>
    <message>
        <source>`settings` must be names with values</source>
        <translation>`settings` müssen Namen mit Werten sein</translation>
    </message>
</context>
<context>
    <name>recipe.step</name>
    <message>
        <source>a step must name its `model`</source>
        <translation>ein Schritt muss sein `model` nennen</translation>
    </message>
</context>
<context>
    <name>recipe.steps</name>
    <message>
        <source>`steps` must be a list of at least one step</source>
        <translation>`steps` muss eine Liste mit mindestens einem Schritt sein</translation>
    </message>
</context>
<context>
    <name>recipe.strength</name>
    <message>
        <source>`strength` must lie between 0 and 1; it is &apos;%1&apos;</source>
        <translation>`strength` muss zwischen 0 und 1 liegen; es ist &apos;%1&apos;</translation>
    </message>
</context>
<context>
    <name>recipe.twice</name>
    <message>
        <source>&apos;%1&apos; is there twice</source>
        <translation>&apos;%1&apos; steht zweimal da</translation>
    </message>
</context>
<context>
    <name>recipe.unreadable</name>
    <message>
        <source>the recipe cannot be read</source>
        <translation>das Rezept kann nicht gelesen werden</translation>
    </message>
</context>
<context>
    <name>recipe.unreadable_remedy</name>
    <message>
        <source>give the path of a YAML file that exists and may be read</source>
        <translation>geben Sie den Pfad einer YAML-Datei an, die es gibt und die gelesen werden darf</translation>
    </message>
</context>
<context>
    <name>recipe.version</name>
    <message>
        <source>only recipes of version 1 can be read; this one says %1</source>
        <translation>nur Rezepte der Version 1 können gelesen werden; dieses sagt %1</translation>
    </message>
</context>
<context>
    <name>recipe.yaml</name>
    <message>
        <source>this is not YAML: %1</source>
        <translation>das ist kein YAML: %1</translation>
    </message>
</context>
<context>
    <name>recognised.autoencoder</name>
    <message>
        <source>it looks like the autoencoder of a diffusion model</source>
        <translation>sie sieht aus wie der Autoencoder eines Diffusionsmodells</translation>
    </message>
</context>
<context>
    <name>recognised.classifier</name>
    <message>
        <source>it looks like a network that says what is in a picture</source>
        <translation>sie sieht aus wie ein Netz, das sagt, was auf einem Bild ist</translation>
    </message>
</context>
<context>
    <name>recognised.controlnet</name>
    <message>
        <source>it looks like a ControlNet, an addition to a diffusion model</source>
        <translation>sie sieht aus wie ein ControlNet, eine Ergänzung eines Diffusionsmodells</translation>
    </message>
</context>
<context>
    <name>recognised.diffusion</name>
    <message>
        <source>it looks like a diffusion model that draws pictures</source>
        <translation>sie sieht aus wie ein Diffusionsmodell, das Bilder malt</translation>
    </message>
</context>
<context>
    <name>recognised.discriminator</name>
    <message>
        <source>it looks like a GAN discriminator, which only training needs</source>
        <translation>sie sieht aus wie der Diskriminator eines GAN, den nur das Training braucht</translation>
    </message>
</context>
<context>
    <name>recognised.embedding</name>
    <message>
        <source>it looks like a learned word for a diffusion model</source>
        <translation>sie sieht aus wie ein gelerntes Wort für ein Diffusionsmodell</translation>
    </message>
</context>
<context>
    <name>recognised.lora</name>
    <message>
        <source>it looks like a LoRA: changes to a network, not a network</source>
        <translation>sie sieht aus wie eine LoRA: Änderungen an einem Netz, kein Netz</translation>
    </message>
</context>
<context>
    <name>recognised.named</name>
    <message>
        <source>it looks like %1, which Heirloom does not run</source>
        <translation>sie sieht aus wie %1, das Heirloom nicht ausführt</translation>
    </message>
</context>
<context>
    <name>recognised.optimizer</name>
    <message>
        <source>it holds optimizer state only, no network</source>
        <translation>sie enthält nur den Zustand eines Optimierers, kein Netz</translation>
    </message>
</context>
<context>
    <name>recognised.remedy.another</name>
    <message>
        <source>choose the file of a network that restores pictures</source>
        <translation>wählen Sie die Datei eines Netzes, das Bilder restauriert</translation>
    </message>
</context>
<context>
    <name>recognised.remedy.beside</name>
    <message>
        <source>choose the file with the weights, which training saved beside it</source>
        <translation>wählen Sie die Datei mit den Gewichten, die das Training daneben gespeichert hat</translation>
    </message>
</context>
<context>
    <name>recognised.remedy.folder</name>
    <message>
        <source>it is of use only in a folder with all parts of a model</source>
        <translation>sie nützt nur in einem Ordner mit allen Teilen eines Modells</translation>
    </message>
</context>
<context>
    <name>recognised.remedy.generator</name>
    <message>
        <source>choose the generator&apos;s file: its name often has a G where this one has a D</source>
        <translation>wählen Sie die Datei des Generators: in ihrem Namen steht oft ein G, wo hier ein D steht</translation>
    </message>
</context>
<context>
    <name>recognised.tensor</name>
    <message>
        <source>it holds a single tensor without a name, no network</source>
        <translation>sie enthält einen einzelnen Tensor ohne Namen, kein Netz</translation>
    </message>
</context>
<context>
    <name>recognised.text</name>
    <message>
        <source>it looks like a text model</source>
        <translation>sie sieht aus wie ein Textmodell</translation>
    </message>
</context>
<context>
    <name>recognised.training</name>
    <message>
        <source>it holds the state of a training run only (%1), no weights</source>
        <translation>sie enthält nur den Zustand eines Trainings (%1), keine Gewichte</translation>
    </message>
</context>
<context>
    <name>recognised.video</name>
    <message>
        <source>it looks like a network for videos</source>
        <translation>sie sieht aus wie ein Netz für Videos</translation>
    </message>
</context>
<context>
    <name>restorevar.autoencoder</name>
    <message>
        <source>this is an autoencoder of VAR or RestoreVAR, and RestoreVAR&apos;s transformer, restorevar.pth, is missing</source>
        <translation>das ist ein Autoencoder von VAR oder RestoreVAR; der Transformer von RestoreVAR, restorevar.pth, fehlt</translation>
    </message>
</context>
<context>
    <name>restorevar.codes</name>
    <message>
        <source>these two files do not belong together: the transformer predicts %1 codes, the autoencoder has %2</source>
        <translation>diese zwei Dateien gehören nicht zusammen: Der Transformer sagt %1 Codes voraus, der Autoencoder hat %2</translation>
    </message>
</context>
<context>
    <name>restorevar.decoding</name>
    <message>
        <source>decoding</source>
        <translation>dekodieren</translation>
    </message>
</context>
<context>
    <name>restorevar.encoding</name>
    <message>
        <source>encoding</source>
        <translation>kodieren</translation>
    </message>
</context>
<context>
    <name>restorevar.latents</name>
    <message>
        <source>these two files do not belong together: the transformer takes latents of %1 channels, the autoencoder makes %2</source>
        <translation>diese zwei Dateien gehören nicht zusammen: Der Transformer nimmt latente Bilder mit %1 Kanälen, der Autoencoder liefert %2</translation>
    </message>
</context>
<context>
    <name>restorevar.memory.remedy</name>
    <message>
        <source>close other programs, or choose a smaller network</source>
        <translation>andere Programme schließen oder ein kleineres Netz wählen</translation>
    </message>
</context>
<context>
    <name>restorevar.original</name>
    <message>
        <source>this is the original VAR, which paints pictures of a class and restores none</source>
        <translation>das ist das ursprüngliche VAR, das Bilder einer Klasse malt und keine restauriert</translation>
    </message>
</context>
<context>
    <name>restorevar.original.remedy</name>
    <message>
        <source>get RestoreVAR&apos;s own files, restorevar.pth and vae_restorevar.ckpt</source>
        <translation>besorgen Sie die Dateien von RestoreVAR selbst, restorevar.pth und vae_restorevar.ckpt</translation>
    </message>
</context>
<context>
    <name>restorevar.pair.remedy</name>
    <message>
        <source>give the transformer the autoencoder that it was trained with</source>
        <translation>geben Sie dem Transformer den Autoencoder, mit dem er trainiert wurde</translation>
    </message>
</context>
<context>
    <name>restorevar.part.remedy</name>
    <message>
        <source>put both files into one folder and give the folder</source>
        <translation>legen Sie beide Dateien in einen Ordner und geben Sie diesen an</translation>
    </message>
</context>
<context>
    <name>restorevar.reading</name>
    <message>
        <source>reading the network</source>
        <translation>Netz wird gelesen</translation>
    </message>
</context>
<context>
    <name>restorevar.refining</name>
    <message>
        <source>refining</source>
        <translation>verfeinern</translation>
    </message>
</context>
<context>
    <name>restorevar.scale</name>
    <message>
        <source>scale %1 of %2</source>
        <translation>Stufe %1 von %2</translation>
    </message>
</context>
<context>
    <name>restorevar.transformer</name>
    <message>
        <source>this is RestoreVAR&apos;s transformer, and its autoencoder, vae_restorevar.ckpt, is missing</source>
        <translation>das ist der Transformer von RestoreVAR; sein Autoencoder, vae_restorevar.ckpt, fehlt</translation>
    </message>
</context>
<context>
    <name>run.bad_alloc</name>
    <message>
        <source>there is not enough memory for this run</source>
        <translation>für diesen Lauf reicht der Speicher nicht</translation>
    </message>
</context>
<context>
    <name>run.constant</name>
    <message>
        <source>%1 computed one constant colour for a picture that is not constant</source>
        <translation>%1 hat für ein Bild, das nicht einfarbig ist, eine einzige Farbe berechnet</translation>
    </message>
</context>
<context>
    <name>run.device</name>
    <message>
        <source>device &apos;%1&apos; is not there%2</source>
        <translation>das Gerät &apos;%1&apos; ist nicht da%2</translation>
    </message>
</context>
<context>
    <name>run.device_remedy</name>
    <message>
        <source>use auto, cpu or one that `heirloom-cli devices` lists</source>
        <translation>nehmen Sie auto, cpu oder eines, das `heirloom-cli devices` nennt</translation>
    </message>
</context>
<context>
    <name>run.from</name>
    <message>
        <source>a recipe of several steps cannot go on from a step of one network</source>
        <translation>ein Rezept aus mehreren Schritten kann nicht vom Schritt eines Netzes aus weitergehen</translation>
    </message>
</context>
<context>
    <name>run.from_remedy</name>
    <message>
        <source>run it from its start</source>
        <translation>rechnen Sie es von Anfang an</translation>
    </message>
</context>
<context>
    <name>run.no_memory</name>
    <message>
        <source>there is not enough memory for the smallest tile of %1 x %2 pixels (%3 MB are free)</source>
        <translation>der Speicher reicht nicht für die kleinste Kachel von %1 × %2 Bildpunkten (%3 MB sind frei)</translation>
    </message>
</context>
<context>
    <name>run.no_memory_remedy</name>
    <message>
        <source>close other programs, or choose a smaller network</source>
        <translation>schließen Sie andere Programme, oder wählen Sie ein kleineres Netz</translation>
    </message>
</context>
<context>
    <name>run.no_steps</name>
    <message>
        <source>the recipe has no steps</source>
        <translation>das Rezept hat keine Schritte</translation>
    </message>
</context>
<context>
    <name>run.no_steps_remedy</name>
    <message>
        <source>choose a model</source>
        <translation>wählen Sie ein Modell</translation>
    </message>
</context>
<context>
    <name>run.nonsense_remedy</name>
    <message>
        <source>the checkpoint may be damaged or made for other settings; try the precision float32, or another model</source>
        <translation>der Checkpoint ist vielleicht beschädigt oder für andere Einstellungen gemacht; versuchen Sie die Genauigkeit float32, oder ein anderes Modell</translation>
    </message>
</context>
<context>
    <name>run.not_finite</name>
    <message>
        <source>%1 computed values that are not numbers</source>
        <translation>%1 hat Werte berechnet, die keine Zahlen sind</translation>
    </message>
</context>
<context>
    <name>run.not_finite_step</name>
    <message>
        <source>%1 computed values that are not numbers in step %2</source>
        <translation>%1 hat in Schritt %2 Werte berechnet, die keine Zahlen sind</translation>
    </message>
</context>
<context>
    <name>run.picture</name>
    <message>
        <source>making the picture of the step</source>
        <translation>das Bild des Schritts wird erstellt</translation>
    </message>
</context>
<context>
    <name>run.restoring</name>
    <message>
        <source>restoring</source>
        <translation>wird restauriert</translation>
    </message>
</context>
<context>
    <name>run.scale</name>
    <message>
        <source>the steps enlarge the photo more than %1 times</source>
        <translation>die Schritte vergrößern das Foto mehr als %1-fach</translation>
    </message>
</context>
<context>
    <name>run.scale.remedy</name>
    <message>
        <source>leave some of them out</source>
        <translation>lassen Sie einige davon weg</translation>
    </message>
</context>
<context>
    <name>run.size</name>
    <message>
        <source>with these settings %1 gives a picture of %2 x %3 pixels, and the photo has %4 x %5</source>
        <translation>mit diesen Einstellungen liefert %1 ein Bild von %2 x %3 Pixeln, und das Foto hat %4 x %5</translation>
    </message>
</context>
<context>
    <name>run.size.remedy</name>
    <message>
        <source>choose another way for photos larger than the network (setting size: auto)</source>
        <translation>wählen Sie ein anderes Verfahren (Einstellung Fotos größer als das Netz: automatisch)</translation>
    </message>
</context>
<context>
    <name>run.smaller_tiles</name>
    <message>
        <source>memory ran out; the run goes on with tiles of %1 x %2 pixels</source>
        <translation>der Speicher ging aus; der Lauf geht mit Kacheln von %1 × %2 Bildpunkten weiter</translation>
    </message>
</context>
<context>
    <name>run.to_cpu</name>
    <message>
        <source>the memory of %1 is not enough for the smallest tile; the run goes on with the processor, which is slower</source>
        <translation>der Speicher von %1 reicht nicht für die kleinste Kachel; der Lauf geht mit dem Prozessor weiter, was langsamer ist</translation>
    </message>
</context>
<context>
    <name>run.unexpected</name>
    <message>
        <source>the run failed: %1</source>
        <translation>der Lauf ist gescheitert: %1</translation>
    </message>
</context>
<context>
    <name>run.unexpected_remedy</name>
    <message>
        <source>try another model, or the processor as the device (cpu)</source>
        <translation>versuchen Sie ein anderes Modell, oder als Gerät den Prozessor (cpu)</translation>
    </message>
</context>
<context>
    <name>schedule.config</name>
    <message>
        <source>this noise schedule cannot be used: %1</source>
        <translation>dieser Rauschplan kann nicht benutzt werden: %1</translation>
    </message>
</context>
<context>
    <name>schedule.config.remedy</name>
    <message>
        <source>use the scheduler folder of SDXL base</source>
        <translation>nehmen Sie den Ordner scheduler von SDXL base</translation>
    </message>
</context>
<context>
    <name>schedule.lcmSteps</name>
    <message>
        <source>%1 steps cannot be run with LCM</source>
        <translation>%1 Schritte gehen mit LCM nicht</translation>
    </message>
</context>
<context>
    <name>schedule.lcmSteps.remedy</name>
    <message>
        <source>choose from 1 to 50</source>
        <translation>wählen Sie 1 bis 50</translation>
    </message>
</context>
<context>
    <name>schedule.steps</name>
    <message>
        <source>%1 steps cannot be run</source>
        <translation>%1 Schritte gehen nicht</translation>
    </message>
</context>
<context>
    <name>schedule.steps.remedy</name>
    <message>
        <source>choose from 1 to %1</source>
        <translation>wählen Sie 1 bis %1</translation>
    </message>
</context>
<context>
    <name>scratch.folder</name>
    <message>
        <source>no temporary folder can be made</source>
        <translation>es kann kein Ordner für Hilfsdateien angelegt werden</translation>
    </message>
</context>
<context>
    <name>setting.adaptive</name>
    <message>
        <source>Adapt to the damage</source>
        <translation>An den Schaden anpassen</translation>
    </message>
</context>
<context>
    <name>setting.adaptive.help</name>
    <message>
        <source>Weighs each step by how much the previews still change. compat: as the reference&apos;s code does; stable: without its jumps</source>
        <translation>Gewichtet jeden Schritt danach, wie sehr sich die Vorschauen noch ändern. Wie im Original: mit dessen Sprüngen; ruhig: ohne sie</translation>
    </message>
</context>
<context>
    <name>setting.adaptive_threshold</name>
    <message>
        <source>Least weight of a step</source>
        <translation>Kleinstes Gewicht eines Schritts</translation>
    </message>
</context>
<context>
    <name>setting.adaptive_threshold.help</name>
    <message>
        <source>Where the weight falls to it, previews and the photo&apos;s guidance pause; saves time</source>
        <translation>Fällt das Gewicht darauf, pausieren Vorschauen und Führung durch das Foto; spart Zeit</translation>
    </message>
</context>
<context>
    <name>setting.alignment</name>
    <message>
        <source>Pixel alignment</source>
        <translation>Lage der Pixel</translation>
    </message>
</context>
<context>
    <name>setting.alignment.askew</name>
    <message>
        <source>Whether all pixels lie where they lie in any enlargement, or as the published network has it, which moves those of pictures whose sides are no multiples of 8 by up to 7</source>
        <translation>Ob alle Pixel liegen, wo sie bei jeder Vergrößerung liegen, oder wie beim veröffentlichten Netz, das sie in Bildern, deren Seiten keine Vielfachen von 8 sind, um bis zu 7 verschiebt</translation>
    </message>
</context>
<context>
    <name>setting.alignment.help</name>
    <message>
        <source>Where the photo&apos;s pixels lie in those that they become: in the centre, as in any enlargement, or in the top left corner, as test pictures are reduced</source>
        <translation>Wo die Pixel des Fotos in denen liegen, zu denen sie werden: in der Mitte, wie bei jeder Vergrößerung, oder in der oberen linken Ecke, wie Testbilder verkleinert sind</translation>
    </message>
</context>
<context>
    <name>setting.blend</name>
    <message>
        <source>Blend with</source>
        <translation>Mischen mit</translation>
    </message>
</context>
<context>
    <name>setting.blend.help</name>
    <message>
        <source>Mixes in the weights of another file of the same network: between a sharp one and a faithful one, say</source>
        <translation>Mischt die Gewichte einer anderen Datei desselben Netzes bei: etwa zwischen einer scharfen und einer getreuen</translation>
    </message>
</context>
<context>
    <name>setting.blur_degree</name>
    <message>
        <source>Blur</source>
        <translation>Unschärfe</translation>
    </message>
</context>
<context>
    <name>setting.blur_degree.help</name>
    <message>
        <source>How blurred the photo is, 0 to 1, if told: the higher, the more is sharpened</source>
        <translation>Wie unscharf das Foto ist, 0 bis 1, falls vorgegeben: je höher, desto mehr wird geschärft</translation>
    </message>
</context>
<context>
    <name>setting.colour_fix</name>
    <message>
        <source>Colour fix</source>
        <translation>Farbkorrektur</translation>
    </message>
</context>
<context>
    <name>setting.colour_fix.help</name>
    <message>
        <source>Takes brightness and tint over from the photo, where the network has shifted them</source>
        <translation>übernimmt Helligkeit und Farbton aus dem Foto, wo das Netz sie verschoben hat</translation>
    </message>
</context>
<context>
    <name>setting.condition</name>
    <message>
        <source>Guidance by the photo</source>
        <translation>Führung durch das Foto</translation>
    </message>
</context>
<context>
    <name>setting.condition.help</name>
    <message>
        <source>How strongly the photo holds the result; 0: not at all</source>
        <translation>Wie stark das Foto das Ergebnis hält; 0: gar nicht</translation>
    </message>
</context>
<context>
    <name>setting.creative_start</name>
    <message>
        <source>Free rendering from</source>
        <translation>Freies Malen ab</translation>
    </message>
</context>
<context>
    <name>setting.creative_start.help</name>
    <message>
        <source>From this part of the run on the photo no longer guides it, only the words; 1: never</source>
        <translation>Ab diesem Teil des Laufs führen nur noch die Worte, nicht mehr das Foto; 1: nie</translation>
    </message>
</context>
<context>
    <name>setting.degradation</name>
    <message>
        <source>Degradation</source>
        <translation>Verschlechterung</translation>
    </message>
</context>
<context>
    <name>setting.degradation.help</name>
    <message>
        <source>Whether the network estimates how blurred and noisy the photo is, or is told so below</source>
        <translation>Ob das Netz schätzt, wie unscharf und verrauscht das Foto ist, oder es unten gesagt bekommt</translation>
    </message>
</context>
<context>
    <name>setting.denoiser</name>
    <message>
        <source>Denoiser</source>
        <translation>Entrauscher</translation>
    </message>
</context>
<context>
    <name>setting.denoiser.help</name>
    <message>
        <source>The network that knows what photos look like: any that takes a noise level; DRUNet is best</source>
        <translation>Das Netz, das weiß, wie Fotos aussehen: jedes, das eine Rauschstärke annimmt; am besten DRUNet</translation>
    </message>
</context>
<context>
    <name>setting.denoising_strength</name>
    <message>
        <source>Strength of the change</source>
        <translation>Stärke der Änderung</translation>
    </message>
</context>
<context>
    <name>setting.denoising_strength.help</name>
    <message>
        <source>The share of the steps that are run: below 1 the photo is kept to that extent</source>
        <translation>Der Anteil der Schritte, die gerechnet werden: unter 1 bleibt das Foto in diesem Maß erhalten</translation>
    </message>
</context>
<context>
    <name>setting.detail</name>
    <message>
        <source>Detail from the photo</source>
        <translation>Feinheiten aus dem Foto</translation>
    </message>
</context>
<context>
    <name>setting.detail.help</name>
    <message>
        <source>Brings back fine structure of the photo that the network&apos;s code cannot hold, and its fine faults</source>
        <translation>Holt feine Strukturen des Fotos zurück, die der Code des Netzes nicht fasst, und seine feinen Fehler</translation>
    </message>
</context>
<context>
    <name>setting.early_stop</name>
    <message>
        <source>End when previews rest</source>
        <translation>Ende, wenn die Vorschauen ruhen</translation>
    </message>
</context>
<context>
    <name>setting.early_stop.help</name>
    <message>
        <source>Once two previews in a row change by less than this the run ends with the picture of its last step; 0: never</source>
        <translation>Ändern sich zwei Vorschauen nacheinander um weniger, endet der Lauf mit dem Bild seines letzten Schritts; 0: nie</translation>
    </message>
</context>
<context>
    <name>setting.emphasis</name>
    <message>
        <source>Brackets weigh words</source>
        <translation>Klammern gewichten Worte</translation>
    </message>
</context>
<context>
    <name>setting.emphasis.help</name>
    <message>
        <source>(word) counts more, [word] less, (word:1.3) as much as the number says; off: they are characters</source>
        <translation>(Wort) zählt mehr, [Wort] weniger, (Wort:1.3) so viel wie die Zahl sagt; aus: es sind Zeichen</translation>
    </message>
</context>
<context>
    <name>setting.ensemble</name>
    <message>
        <source>Average of eight views</source>
        <translation>Mittel aus acht Ansichten</translation>
    </message>
</context>
<context>
    <name>setting.ensemble.help</name>
    <message>
        <source>Restores the photo in all eight flips and turns and averages the results: a little better, eight times as slow</source>
        <translation>Restauriert das Foto in allen acht Spiegelungen und Drehungen und mittelt die Ergebnisse: etwas besser, achtmal so langsam</translation>
    </message>
</context>
<context>
    <name>setting.guidance</name>
    <message>
        <source>Guidance</source>
        <translation>Führung</translation>
    </message>
</context>
<context>
    <name>setting.guidance.help</name>
    <message>
        <source>How strictly the prompt is followed; 1: not at all, and twice as fast</source>
        <translation>Wie streng dem Prompt gefolgt wird; 1: gar nicht, und doppelt so schnell</translation>
    </message>
</context>
<context>
    <name>setting.guidance_rescale</name>
    <message>
        <source>Restraint of the guidance</source>
        <translation>Zurückhaltung der Führung</translation>
    </message>
</context>
<context>
    <name>setting.guidance_rescale.help</name>
    <message>
        <source>Takes back the glare and contrast that strong guidance brings; 0: not at all, 0.7 is usual</source>
        <translation>Nimmt zurück, was starke Führung an Grellem und an Kontrast bringt; 0: gar nicht, üblich ist 0,7</translation>
    </message>
</context>
<context>
    <name>setting.height</name>
    <message>
        <source>Height for the network</source>
        <translation>Höhe für das Netz</translation>
    </message>
</context>
<context>
    <name>setting.height.help</name>
    <message>
        <source>0: by the width, or the photo&apos;s own</source>
        <translation>0: nach der Breite, oder die des Fotos</translation>
    </message>
</context>
<context>
    <name>setting.initial</name>
    <message>
        <source>Start from</source>
        <translation>Beginnen mit</translation>
    </message>
</context>
<context>
    <name>setting.initial.help</name>
    <message>
        <source>The plain demosaicing that the denoiser improves on</source>
        <translation>Das einfache Demosaicing, das der Entrauscher verbessert</translation>
    </message>
</context>
<context>
    <name>setting.instantir.detail</name>
    <message>
        <source>Detail from the photo</source>
        <translation>Feinheiten aus dem Foto</translation>
    </message>
</context>
<context>
    <name>setting.instantir.detail.help</name>
    <message>
        <source>Brings back fine structure that the network&apos;s size cannot hold, and its fine faults</source>
        <translation>Holt feine Strukturen zurück, die nicht in die Größe des Netzes passen, und ihre feinen Fehler</translation>
    </message>
</context>
<context>
    <name>setting.instantir.size</name>
    <message>
        <source>Photos larger than the network</source>
        <translation>Fotos größer als das Netz</translation>
    </message>
</context>
<context>
    <name>setting.instantir.size.help</name>
    <message>
        <source>It works at about one megapixel. whole: the photo scaled to that and back, fast; tiles: overlapping parts at full size, slow; auto: tiles on a GPU, whole on the processor; published: scaled, and the result stays so</source>
        <translation>Es arbeitet mit etwa einem Megapixel. im Ganzen: das Foto darauf verkleinert und zurück, schnell; Kacheln: überlappende Teile in voller Größe, langsam; automatisch: Kacheln auf der GPU, im Ganzen auf dem Prozessor; wie veröffentlicht: verkleinert, und das Ergebnis bleibt so</translation>
    </message>
</context>
<context>
    <name>setting.iterations</name>
    <message>
        <source>Iterations</source>
        <translation>Durchgänge</translation>
    </message>
</context>
<context>
    <name>setting.iterations.help</name>
    <message>
        <source>How often data step and denoiser take turns; more is slower</source>
        <translation>Wie oft sich Datenschritt und Entrauscher abwechseln; mehr dauert länger</translation>
    </message>
</context>
<context>
    <name>setting.jpeg_quality</name>
    <message>
        <source>JPEG quality</source>
        <translation>JPEG-Qualität</translation>
    </message>
</context>
<context>
    <name>setting.jpeg_quality.estimated</name>
    <message>
        <source>The quality to assume the photo was saved with: the lower, the more is smoothed. 0 leaves it to the network, which estimates it from the photo</source>
        <translation>Die Qualität, mit der das Foto vermutlich gespeichert wurde: je niedriger, desto mehr wird geglättet. 0 überlässt es dem Netz, das sie aus dem Foto schätzt</translation>
    </message>
</context>
<context>
    <name>setting.jpeg_quality.help</name>
    <message>
        <source>The quality the photo was saved with, 100 for none: the lower, the more is smoothed</source>
        <translation>Die Qualität, mit der das Foto gespeichert wurde, 100 für keine: je niedriger, desto mehr wird geglättet</translation>
    </message>
</context>
<context>
    <name>setting.kernel</name>
    <message>
        <source>Blur kernel</source>
        <translation>Unschärfekern</translation>
    </message>
</context>
<context>
    <name>setting.kernel.help</name>
    <message>
        <source>What one sharp point became: a Gaussian (width, width across, angle), a motion (length, angle), or the kernel itself from a picture or a .mat file</source>
        <translation>Was aus einem scharfen Punkt wurde: eine Gaußglocke (Breite, Breite quer, Winkel), eine Bewegung (Länge, Winkel) oder der Kern selbst aus einem Bild oder einer .mat-Datei</translation>
    </message>
</context>
<context>
    <name>setting.kernel.source.help</name>
    <message>
        <source>What one sharp point became, in pixels of the photo as it is: a Gaussian (width, width across, angle), a motion (length, angle), or the kernel itself from a picture or a .mat file</source>
        <translation>Was aus einem scharfen Punkt wurde, in Pixeln des Fotos, wie es ist: eine Gaußglocke (Breite, Breite quer, Winkel), eine Bewegung (Länge, Winkel) oder der Kern selbst aus einem Bild oder einer .mat-Datei</translation>
    </message>
</context>
<context>
    <name>setting.long_prompt</name>
    <message>
        <source>A prompt of more than 75 tokens</source>
        <translation>Ein Prompt von mehr als 75 Token</translation>
    </message>
</context>
<context>
    <name>setting.long_prompt.help</name>
    <message>
        <source>refuse: say how many there are too many; chunk: read in several pieces; cut: what is too much is left out, the published way</source>
        <translation>ablehnen: sagen, wie viele es zu viel sind; in Stücken: in mehreren Stücken lesen; abschneiden: was zu viel ist, fällt weg, wie veröffentlicht</translation>
    </message>
</context>
<context>
    <name>setting.max_side</name>
    <message>
        <source>Longer side at most</source>
        <translation>Längere Seite höchstens</translation>
    </message>
</context>
<context>
    <name>setting.max_side.help</name>
    <message>
        <source>Larger photos are made smaller for the network</source>
        <translation>Größere Fotos werden für das Netz verkleinert</translation>
    </message>
</context>
<context>
    <name>setting.min_side</name>
    <message>
        <source>Shorter side at least</source>
        <translation>Kürzere Seite mindestens</translation>
    </message>
</context>
<context>
    <name>setting.min_side.help</name>
    <message>
        <source>Smaller photos are enlarged for the network</source>
        <translation>Kleinere Fotos werden für das Netz vergrößert</translation>
    </message>
</context>
<context>
    <name>setting.missing</name>
    <message>
        <source>Missing pixels are</source>
        <translation>Fehlende Pixel sind</translation>
    </message>
</context>
<context>
    <name>setting.missing.help</name>
    <message>
        <source>The colour, exactly, by which the photo marks what has to be filled</source>
        <translation>Genau die Farbe, mit der das Foto markiert, was gefüllt werden soll</translation>
    </message>
</context>
<context>
    <name>setting.negative_prompt</name>
    <message>
        <source>Negative prompt</source>
        <translation>Negativer Prompt</translation>
    </message>
</context>
<context>
    <name>setting.negative_prompt.help</name>
    <message>
        <source>What the result should keep away from</source>
        <translation>Was das Ergebnis meiden soll</translation>
    </message>
</context>
<context>
    <name>setting.no_denoiser</name>
    <message>
        <source>%1 cannot be %2: it was made for something else than noise</source>
        <translation>%1 kann nicht %2 sein: es wurde für etwas anderes als Rauschen gemacht</translation>
    </message>
</context>
<context>
    <name>setting.no_noise_level</name>
    <message>
        <source>%1 cannot be %2: it takes no noise level</source>
        <translation>%1 kann nicht %2 sein: es nimmt keine Rauschstärke an</translation>
    </message>
</context>
<context>
    <name>setting.no_noise_level_remedy</name>
    <message>
        <source>choose a DRUNet, IRCNN, FDnCNN or FFDNet</source>
        <translation>wählen Sie ein DRUNet, IRCNN, FDnCNN oder FFDNet</translation>
    </message>
</context>
<context>
    <name>setting.noise_degree</name>
    <message>
        <source>Noise</source>
        <translation>Rauschen</translation>
    </message>
</context>
<context>
    <name>setting.noise_degree.help</name>
    <message>
        <source>How noisy the photo is, 0 to 1, if told: the higher, the more is smoothed</source>
        <translation>Wie verrauscht das Foto ist, 0 bis 1, falls vorgegeben: je höher, desto mehr wird geglättet</translation>
    </message>
</context>
<context>
    <name>setting.noise_level</name>
    <message>
        <source>Noise level</source>
        <translation>Rauschstärke</translation>
    </message>
</context>
<context>
    <name>setting.noise_level.help</name>
    <message>
        <source>How strong the noise is: its standard deviation in 8-bit units. Too low leaves noise, too high smooths detail</source>
        <translation>Wie stark das Rauschen ist: seine Standardabweichung in 8-Bit-Einheiten. Zu wenig lässt Rauschen stehen, zu viel glättet Einzelheiten</translation>
    </message>
</context>
<context>
    <name>setting.noise_seed.help</name>
    <message>
        <source>The same seed draws the same noise on the same processor</source>
        <translation>Derselbe Startwert zieht auf demselben Prozessor dasselbe Rauschen</translation>
    </message>
</context>
<context>
    <name>setting.none</name>
    <message>
        <source>this model has no settings</source>
        <translation>dieses Modell hat keine Einstellungen</translation>
    </message>
</context>
<context>
    <name>setting.overlap</name>
    <message>
        <source>Overlap of tiles</source>
        <translation>Überlappung der Kacheln</translation>
    </message>
</context>
<context>
    <name>setting.overlap.help</name>
    <message>
        <source>More hides seams better and takes longer</source>
        <translation>Mehr verbirgt Nähte besser und dauert länger</translation>
    </message>
</context>
<context>
    <name>setting.pattern</name>
    <message>
        <source>Mosaic</source>
        <translation>Mosaik</translation>
    </message>
</context>
<context>
    <name>setting.pattern.help</name>
    <message>
        <source>Which colours the first two pixels of the first two rows hold</source>
        <translation>Welche Farben die ersten zwei Pixel der ersten zwei Zeilen haben</translation>
    </message>
</context>
<context>
    <name>setting.pca</name>
    <message>
        <source>Kernel components</source>
        <translation>Komponenten der Kerne</translation>
    </message>
</context>
<context>
    <name>setting.pca.help</name>
    <message>
        <source>The matrix that turns a blur kernel into the 15 numbers SRMD was trained with; it comes in srmd_pca_matlab.mat beside the weights</source>
        <translation>Die Matrix, die aus einem Unschärfekern die 15 Zahlen macht, mit denen SRMD trainiert wurde; sie liegt als srmd_pca_matlab.mat neben den Gewichten</translation>
    </message>
</context>
<context>
    <name>setting.posterior</name>
    <message>
        <source>Latent of the photo</source>
        <translation>Latentbild des Fotos</translation>
    </message>
</context>
<context>
    <name>setting.posterior.help</name>
    <message>
        <source>mean: the most probable one; sampled: drawn, the published way</source>
        <translation>wahrscheinlichstes: ohne Zufall; gezogen: mit, wie veröffentlicht</translation>
    </message>
</context>
<context>
    <name>setting.preview_kind</name>
    <message>
        <source>Pictures of the steps</source>
        <translation>Bilder der Schritte</translation>
    </message>
</context>
<context>
    <name>setting.preview_kind.help</name>
    <message>
        <source>fast: what the latent looks like, at once; taesd: nearly in full, by the small decoder where its file is there; decoded: in full, takes about as long as a step</source>
        <translation>schnell: wie das Latentbild aussieht, sofort; TAESD: fast vollständig, mit dem kleinen Decoder, wo seine Datei liegt; vollständig: dauert etwa so lang wie ein Schritt</translation>
    </message>
</context>
<context>
    <name>setting.preview_start</name>
    <message>
        <source>Previews from</source>
        <translation>Vorschauen ab</translation>
    </message>
</context>
<context>
    <name>setting.preview_start.help</name>
    <message>
        <source>The part of the run that goes by the photo alone; 0.1 to 0.4 is more faithful</source>
        <translation>Der Teil des Laufs, der nur nach dem Foto geht; 0,1 bis 0,4 ist treuer</translation>
    </message>
</context>
<context>
    <name>setting.previews</name>
    <message>
        <source>Preview every so many scales</source>
        <translation>Vorschau alle n Stufen</translation>
    </message>
</context>
<context>
    <name>setting.previews.help</name>
    <message>
        <source>0: none. Each takes about a third of the time of a run</source>
        <translation>0: keine. Jede kostet etwa ein Drittel der Zeit eines Laufs</translation>
    </message>
</context>
<context>
    <name>setting.prior</name>
    <message>
        <source>Enlarging network</source>
        <translation>Vergrößerndes Netz</translation>
    </message>
</context>
<context>
    <name>setting.prior.help</name>
    <message>
        <source>The network that knows what photos look like, and how much it enlarges them: one of DPSR, dpsr_x4 say</source>
        <translation>Das Netz, das weiß, wie Fotos aussehen, und das bestimmt, wie stark sie vergrößert werden: eines von DPSR, etwa dpsr_x4</translation>
    </message>
</context>
<context>
    <name>setting.prior_other</name>
    <message>
        <source>%1 cannot be %2: it is no network of DPSR</source>
        <translation>%1 kann nicht %2 sein: es ist kein Netz von DPSR</translation>
    </message>
</context>
<context>
    <name>setting.prior_other_remedy</name>
    <message>
        <source>choose one, dpsr_x4 say</source>
        <translation>wählen Sie eines, etwa dpsr_x4</translation>
    </message>
</context>
<context>
    <name>setting.prompt</name>
    <message>
        <source>Prompt</source>
        <translation>Prompt</translation>
    </message>
</context>
<context>
    <name>setting.prompt.help</name>
    <message>
        <source>What the photo shows, or how it should look, in English</source>
        <translation>Was das Foto zeigt oder wie es aussehen soll, auf Englisch</translation>
    </message>
</context>
<context>
    <name>setting.range</name>
    <message>
        <source>%1 cannot be %2</source>
        <translation>%1 kann nicht %2 sein</translation>
    </message>
</context>
<context>
    <name>setting.range.remedy</name>
    <message>
        <source>it takes %1</source>
        <translation>möglich ist %1</translation>
    </message>
</context>
<context>
    <name>setting.refine</name>
    <message>
        <source>Refine the latent</source>
        <translation>Latentes Bild verfeinern</translation>
    </message>
</context>
<context>
    <name>setting.refine.help</name>
    <message>
        <source>A second network corrects what the codes could not say</source>
        <translation>Ein zweites Netz berichtigt, was die Codes nicht ausdrücken konnten</translation>
    </message>
</context>
<context>
    <name>setting.restorevar.size</name>
    <message>
        <source>Photos larger than the network</source>
        <translation>Fotos größer als das Netz</translation>
    </message>
</context>
<context>
    <name>setting.restorevar.size.help</name>
    <message>
        <source>The network sees squares of %1 pixels. square: the whole photo squashed into one and back, fast, fine detail is lost; tiles: overlapping squares, slow; auto: tiles on a GPU, one square on the processor; published: one square, and the result stays so</source>
        <translation>Das Netz sieht Quadrate von %1 Pixeln. ein Quadrat: das ganze Foto wird in eines gestaucht und wieder gestreckt, schnell, feine Einzelheiten gehen verloren; Kacheln: überlappende Quadrate, langsam; automatisch: Kacheln auf der GPU, ein Quadrat auf dem Prozessor; wie veröffentlicht: ein Quadrat, und das Ergebnis bleibt so</translation>
    </message>
</context>
<context>
    <name>setting.restorevar.whole</name>
    <message>
        <source>Follow the whole photo</source>
        <translation>Dem ganzen Foto folgen</translation>
    </message>
</context>
<context>
    <name>setting.restorevar.whole.help</name>
    <message>
        <source>Tiles change haze, light and colour as in the photo made small, so that they agree. Off for what a small photo does not show, rain and snow</source>
        <translation>Kacheln ändern Dunst, Licht und Farbe wie im verkleinerten Foto, damit sie zusammenpassen. Aus bei dem, was ein kleines Foto nicht zeigt, Regen und Schnee</translation>
    </message>
</context>
<context>
    <name>setting.scale</name>
    <message>
        <source>Enlargement</source>
        <translation>Vergrößerung</translation>
    </message>
</context>
<context>
    <name>setting.scale.help</name>
    <message>
        <source>How many times wider and higher the picture becomes</source>
        <translation>Wievielmal so breit und hoch das Bild wird</translation>
    </message>
</context>
<context>
    <name>setting.scheduler</name>
    <message>
        <source>Way from noise to the picture</source>
        <translation>Weg vom Rauschen zum Bild</translation>
    </message>
</context>
<context>
    <name>setting.scheduler.help</name>
    <message>
        <source>ddpm: new noise in every step, the published way; ddim and dpm++: without, good with fewer steps; lcm: for models that were distilled to a few</source>
        <translation>ddpm: neues Rauschen in jedem Schritt, wie veröffentlicht; ddim und dpm++: ohne, gut mit weniger Schritten; lcm: für Modelle, die auf wenige destilliert sind</translation>
    </message>
</context>
<context>
    <name>setting.seed</name>
    <message>
        <source>Seed</source>
        <translation>Startwert</translation>
    </message>
</context>
<context>
    <name>setting.seed.help</name>
    <message>
        <source>The same seed draws the same codes</source>
        <translation>Derselbe Startwert zieht dieselben Codes</translation>
    </message>
</context>
<context>
    <name>setting.statistics</name>
    <message>
        <source>Statistics</source>
        <translation>Statistik</translation>
    </message>
</context>
<context>
    <name>setting.statistics.help</name>
    <message>
        <source>What channels are weighed by: means over the whole picture, or over the size that the network was trained on, which is better for large photos</source>
        <translation>Wonach Kanäle gewichtet werden: nach Mittelwerten über das ganze Bild oder über die Größe, mit der das Netz trainiert wurde, was für große Fotos besser ist</translation>
    </message>
</context>
<context>
    <name>setting.steps</name>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
</context>
<context>
    <name>setting.steps.help</name>
    <message>
        <source>More take longer and follow the photo better</source>
        <translation>Mehr dauern länger und folgen dem Foto besser</translation>
    </message>
</context>
<context>
    <name>setting.surroundings</name>
    <message>
        <source>Beyond the edge</source>
        <translation>Jenseits des Randes</translation>
    </message>
</context>
<context>
    <name>setting.surroundings.help</name>
    <message>
        <source>What is taken for the surroundings of the picture: its own mirror image, which photos need, or its opposite side, as test pictures are made</source>
        <translation>Was als Umgebung des Bildes gilt: sein eigenes Spiegelbild, wie es Fotos brauchen, oder die gegenüberliegende Seite, wie Testbilder gemacht sind</translation>
    </message>
</context>
<context>
    <name>setting.task</name>
    <message>
        <source>Trained for</source>
        <translation>Trainiert für</translation>
    </message>
</context>
<context>
    <name>setting.task.help</name>
    <message>
        <source>The weights of the denoiser and of the deblocker look alike: say which these are</source>
        <translation>Die Gewichte zum Entrauschen und zum Entfernen von JPEG-Blöcken sehen gleich aus: sagen Sie, welche dies sind</translation>
    </message>
</context>
<context>
    <name>setting.task.unsaid</name>
    <message>
        <source>What the network was trained for, which its file does not say. With the wrong one the result is unusable</source>
        <translation>Wofür das Netz trainiert wurde; seine Datei sagt es nicht. Mit dem Falschen ist das Ergebnis unbrauchbar</translation>
    </message>
</context>
<context>
    <name>setting.temperature</name>
    <message>
        <source>Temperature</source>
        <translation>Temperatur</translation>
    </message>
</context>
<context>
    <name>setting.temperature.help</name>
    <message>
        <source>Of what is drawn: below 1 more cautious, above 1 bolder</source>
        <translation>Beim Ziehen: unter 1 vorsichtiger, über 1 kühner</translation>
    </message>
</context>
<context>
    <name>setting.text_long</name>
    <message>
        <source>%1 has %2 characters</source>
        <translation>%1 hat %2 Zeichen</translation>
    </message>
</context>
<context>
    <name>setting.tokens</name>
    <message>
        <source>Choice of codes</source>
        <translation>Wahl der Codes</translation>
    </message>
</context>
<context>
    <name>setting.tokens.help</name>
    <message>
        <source>best: the most probable, the published way; drawn: at random</source>
        <translation>wahrscheinlichste: wie veröffentlicht; gezogen: zufällig</translation>
    </message>
</context>
<context>
    <name>setting.top_k</name>
    <message>
        <source>Draw among the most probable</source>
        <translation>Aus den wahrscheinlichsten ziehen</translation>
    </message>
</context>
<context>
    <name>setting.top_k.help</name>
    <message>
        <source>So many codes; 0: among all</source>
        <translation>So viele Codes; 0: aus allen</translation>
    </message>
</context>
<context>
    <name>setting.top_p</name>
    <message>
        <source>Draw within a probability</source>
        <translation>Bis zu einer Wahrscheinlichkeit</translation>
    </message>
</context>
<context>
    <name>setting.top_p.help</name>
    <message>
        <source>Among the most probable codes that have it together; 1: among all</source>
        <translation>Aus den wahrscheinlichsten Codes, die zusammen so wahrscheinlich sind; 1: aus allen</translation>
    </message>
</context>
<context>
    <name>setting.turning</name>
    <message>
        <source>Turn between iterations</source>
        <translation>Zwischen Durchgängen drehen</translation>
    </message>
</context>
<context>
    <name>setting.turning.help</name>
    <message>
        <source>Shows the denoiser the photo in another flip or turn at each iteration, which evens out its habits at no cost</source>
        <translation>Zeigt dem Entrauscher das Foto bei jedem Durchgang anders gespiegelt oder gedreht, was seine Eigenheiten ohne Aufwand ausgleicht</translation>
    </message>
</context>
<context>
    <name>setting.unknown</name>
    <message>
        <source>there is no setting named %1</source>
        <translation>es gibt keine Einstellung namens %1</translation>
    </message>
</context>
<context>
    <name>setting.unknown.remedy</name>
    <message>
        <source>this model has %1</source>
        <translation>dieses Modell hat %1</translation>
    </message>
</context>
<context>
    <name>setting.utf8</name>
    <message>
        <source>%1 is not valid UTF-8</source>
        <translation>%1 ist kein gültiges UTF-8</translation>
    </message>
</context>
<context>
    <name>setting.weights</name>
    <message>
        <source>Networks in memory</source>
        <translation>Netze im Speicher</translation>
    </message>
</context>
<context>
    <name>setting.weights.help</name>
    <message>
        <source>resident: all of them, fast; merged: the same, the previewer as one of its own; beside: the same, the previewer as corrections of the UNet; offloaded: encoders and autoencoder only while they work; streamed: block by block, for little memory; auto: what is free decides</source>
        <translation>alle: schnell; eigener Previewer: ebenso, er als eigenes Netz; Previewer im UNet: ebenso, er als dessen Korrekturen; nach Bedarf: Encoder und Autoencoder nur, solange sie arbeiten; Block für Block: für wenig Speicher; automatisch: was frei ist, entscheidet</translation>
    </message>
</context>
<context>
    <name>setting.width</name>
    <message>
        <source>Width for the network</source>
        <translation>Breite für das Netz</translation>
    </message>
</context>
<context>
    <name>setting.width.help</name>
    <message>
        <source>0: by the height, or the photo&apos;s own</source>
        <translation>0: nach der Höhe, oder die des Fotos</translation>
    </message>
</context>
<context>
    <name>shards.index</name>
    <message>
        <source>this is no index of a checkpoint in several files</source>
        <translation>das ist kein Verzeichnis eines Checkpoints in mehreren Dateien</translation>
    </message>
</context>
<context>
    <name>shards.index.remedy</name>
    <message>
        <source>download it again, or give the checkpoint itself</source>
        <translation>laden Sie es noch einmal herunter, oder nennen Sie den Checkpoint selbst</translation>
    </message>
</context>
<context>
    <name>shards.missing</name>
    <message>
        <source>%1 of this checkpoint in several files is missing</source>
        <translation>%1 von diesem Checkpoint in mehreren Dateien fehlt</translation>
    </message>
</context>
<context>
    <name>srmd.cut</name>
    <message>
        <source>SRMD takes blur kernels of 15 x 15; %1 % of this one of %2 x %3 lie beyond that and were left out</source>
        <translation>SRMD nimmt Unschärfekerne von 15 x 15; %1 % von diesem mit %2 x %3 liegen außerhalb und wurden weggelassen</translation>
    </message>
</context>
<context>
    <name>srmd.pca</name>
    <message>
        <source>SRMD cannot read a blur kernel without its matrix</source>
        <translation>ohne seine Matrix kann SRMD keinen Unschärfekern lesen</translation>
    </message>
</context>
<context>
    <name>srmd.pca.remedy</name>
    <message>
        <source>put srmd_pca_matlab.mat beside the checkpoint, or choose it (setting pca, kernel components)</source>
        <translation>legen Sie srmd_pca_matlab.mat neben die Gewichtsdatei, oder wählen Sie sie (Einstellung Komponenten der Kerne)</translation>
    </message>
</context>
<context>
    <name>stepper.unknown</name>
    <message>
        <source>sampler &apos;%1&apos; is unknown</source>
        <translation>der Sampler &apos;%1&apos; ist unbekannt</translation>
    </message>
</context>
<context>
    <name>stepper.unknown.remedy</name>
    <message>
        <source>use ddpm, ddim, lcm or dpm++</source>
        <translation>nehmen Sie ddpm, ddim, lcm oder dpm++</translation>
    </message>
</context>
<context>
    <name>tensor.missing</name>
    <message>
        <source>there is no tensor named %1</source>
        <translation>es gibt keinen Tensor namens %1</translation>
    </message>
</context>
<context>
    <name>tensor.unsupported</name>
    <message>
        <source>a tensor of type %1 has no place in a file</source>
        <translation>ein Tensor vom Typ %1 hat in einer Datei keinen Platz</translation>
    </message>
</context>
<context>
    <name>text.utf8</name>
    <message>
        <source>the text is not valid UTF-8</source>
        <translation>der Text ist kein gültiges UTF-8</translation>
    </message>
</context>
<context>
    <name>text.utf8.remedy</name>
    <message>
        <source>type it again, or convert it to UTF-8</source>
        <translation>tippen Sie ihn neu, oder wandeln Sie ihn in UTF-8 um</translation>
    </message>
</context>
<context>
    <name>tokenizer.broken</name>
    <message>
        <source>the tokenizer&apos;s %1 is not what it should be</source>
        <translation>%1 des Tokenizers ist nicht, was es sein soll</translation>
    </message>
</context>
<context>
    <name>tokenizer.broken.remedy</name>
    <message>
        <source>download that file again</source>
        <translation>laden Sie diese Datei noch einmal herunter</translation>
    </message>
</context>
<context>
    <name>train.caption.unreadable</name>
    <message>
        <source>the caption cannot be read</source>
        <translation>die Bildbeschreibung lässt sich nicht lesen</translation>
    </message>
</context>
<context>
    <name>train.caption.unreadable.remedy</name>
    <message>
        <source>check its permissions, or take the file away</source>
        <translation>prüfen Sie die Zugriffsrechte, oder entfernen Sie die Datei</translation>
    </message>
</context>
<context>
    <name>train.caption.utf8</name>
    <message>
        <source>the caption is no UTF-8 text</source>
        <translation>die Bildbeschreibung ist kein UTF-8-Text</translation>
    </message>
</context>
<context>
    <name>train.caption.utf8.remedy</name>
    <message>
        <source>write it as UTF-8, or take the file away</source>
        <translation>schreiben Sie sie als UTF-8, oder entfernen Sie die Datei</translation>
    </message>
</context>
<context>
    <name>train.diverged</name>
    <message>
        <source>the loss is not finite at iteration %1</source>
        <translation>der Fehlerwert ist bei Schritt %1 nicht endlich</translation>
    </message>
</context>
<context>
    <name>train.diverged.remedy</name>
    <message>
        <source>lower optimizer.learning_rate or set optimizer.clip_gradient</source>
        <translation>verringern Sie optimizer.learning_rate, oder setzen Sie optimizer.clip_gradient</translation>
    </message>
</context>
<context>
    <name>train.document</name>
    <message>
        <source>the document must hold keys and values</source>
        <translation>das Dokument muss Schlüssel und Werte enthalten</translation>
    </message>
</context>
<context>
    <name>train.empty</name>
    <message>
        <source>there are no pictures in the folder</source>
        <translation>in dem Ordner sind keine Bilder</translation>
    </message>
</context>
<context>
    <name>train.empty.remedy</name>
    <message>
        <source>give a folder of clean photos</source>
        <translation>geben Sie einen Ordner mit sauberen Fotos an</translation>
    </message>
</context>
<context>
    <name>train.instantir.absent</name>
    <message>
        <source>there is no such folder</source>
        <translation>diesen Ordner gibt es nicht</translation>
    </message>
</context>
<context>
    <name>train.instantir.before</name>
    <message>
        <source>%1 is missing, from which stage %2 starts</source>
        <translation>%1 fehlt; damit beginnt die Stufe %2</translation>
    </message>
</context>
<context>
    <name>train.instantir.before.remedy</name>
    <message>
        <source>train stage %1 first and give the folder that it wrote as network.folder</source>
        <translation>trainieren Sie zuerst die Stufe %1, und geben Sie den Ordner, den sie schreibt, als network.folder an</translation>
    </message>
</context>
<context>
    <name>train.instantir.folder</name>
    <message>
        <source>it holds no part of InstantIR</source>
        <translation>er enthält keinen Teil von InstantIR</translation>
    </message>
</context>
<context>
    <name>train.instantir.folder.remedy</name>
    <message>
        <source>give the folder in which sdxl/ and dinov2/ lie side by side as network.folder</source>
        <translation>geben Sie den Ordner, in dem sdxl/ und dinov2/ nebeneinander liegen, als network.folder an</translation>
    </message>
</context>
<context>
    <name>train.instantir.prediction</name>
    <message>
        <source>its UNet predicts something else than the noise</source>
        <translation>sein UNet sagt etwas anderes als das Rauschen vorher</translation>
    </message>
</context>
<context>
    <name>train.instantir.prediction.remedy</name>
    <message>
        <source>start from SDXL base</source>
        <translation>beginnen Sie mit SDXL base</translation>
    </message>
</context>
<context>
    <name>train.instantir.same</name>
    <message>
        <source>it would be written over itself</source>
        <translation>er würde mit sich selbst überschrieben</translation>
    </message>
</context>
<context>
    <name>train.instantir.same.remedy</name>
    <message>
        <source>choose another output folder</source>
        <translation>wählen Sie einen anderen Ausgabeordner</translation>
    </message>
</context>
<context>
    <name>train.instantir.unfit</name>
    <message>
        <source>its parts do not make one InstantIR: %1</source>
        <translation>seine Teile ergeben kein InstantIR: %1</translation>
    </message>
</context>
<context>
    <name>train.instantir.unfit.remedy</name>
    <message>
        <source>put the files of one model together</source>
        <translation>legen Sie die Dateien eines Modells zusammen</translation>
    </message>
</context>
<context>
    <name>train.instantir.untrained</name>
    <message>
        <source>%1 was not trained yet, and stage %2 starts from it</source>
        <translation>%1 wurde noch nicht trainiert; damit beginnt die Stufe %2</translation>
    </message>
</context>
<context>
    <name>train.key</name>
    <message>
        <source>there is no key %1</source>
        <translation>es gibt keinen Schlüssel %1</translation>
    </message>
</context>
<context>
    <name>train.key.remedy</name>
    <message>
        <source>known here are %1</source>
        <translation>hier bekannt sind %1</translation>
    </message>
</context>
<context>
    <name>train.mapping</name>
    <message>
        <source>%1 must hold keys and values</source>
        <translation>%1 muss Schlüssel und Werte enthalten</translation>
    </message>
</context>
<context>
    <name>train.missing</name>
    <message>
        <source>there is no such file</source>
        <translation>diese Datei gibt es nicht</translation>
    </message>
</context>
<context>
    <name>train.missing.remedy</name>
    <message>
        <source>check the name</source>
        <translation>prüfen Sie den Namen</translation>
    </message>
</context>
<context>
    <name>train.multiple.remedy</name>
    <message>
        <source>this network sees pictures with sides of multiples of %1</source>
        <translation>dieses Netz sieht Bilder, deren Seiten Vielfache von %1 sind</translation>
    </message>
</context>
<context>
    <name>train.range</name>
    <message>
        <source>%1 is out of range</source>
        <translation>%1 liegt außerhalb des Bereichs</translation>
    </message>
</context>
<context>
    <name>train.range.remedy</name>
    <message>
        <source>it takes %1</source>
        <translation>möglich ist %1</translation>
    </message>
</context>
<context>
    <name>train.small</name>
    <message>
        <source>no picture is as large as a patch</source>
        <translation>kein Bild ist so groß wie ein Ausschnitt</translation>
    </message>
</context>
<context>
    <name>train.small.remedy</name>
    <message>
        <source>lower dataset.patch</source>
        <translation>verringern Sie dataset.patch</translation>
    </message>
</context>
<context>
    <name>train.square.remedy</name>
    <message>
        <source>this network sees squares of %1 pixels</source>
        <translation>dieses Netz sieht Quadrate von %1 Pixeln</translation>
    </message>
</context>
<context>
    <name>train.state</name>
    <message>
        <source>it belongs to another network</source>
        <translation>er gehört zu einem anderen Netz</translation>
    </message>
</context>
<context>
    <name>train.state.remedy</name>
    <message>
        <source>remove it to start anew, or choose another output folder</source>
        <translation>entfernen Sie ihn, um neu zu beginnen, oder wählen Sie einen anderen Ausgabeordner</translation>
    </message>
</context>
<context>
    <name>train.transformer</name>
    <message>
        <source>it holds no tensor of the transformer</source>
        <translation>sie enthält keinen Tensor des Transformers</translation>
    </message>
</context>
<context>
    <name>train.transformer.remedy</name>
    <message>
        <source>give a checkpoint of VAR of the same width</source>
        <translation>geben Sie eine Checkpoint-Datei von VAR mit derselben Breite an</translation>
    </message>
</context>
<context>
    <name>train.transformer.stage</name>
    <message>
        <source>give the weights of stage var</source>
        <translation>geben Sie die Gewichte der Stufe var an</translation>
    </message>
</context>
<context>
    <name>train.value</name>
    <message>
        <source>%1 cannot be read from line %2</source>
        <translation>%1 lässt sich in Zeile %2 nicht lesen</translation>
    </message>
</context>
<context>
    <name>train.value.remedy</name>
    <message>
        <source>write what the documentation shows there: a number, a word or a list (a range is a list of two numbers)</source>
        <translation>schreiben Sie, was die Dokumentation dort zeigt: eine Zahl, ein Wort oder eine Liste (ein Bereich ist eine Liste von zwei Zahlen)</translation>
    </message>
</context>
<context>
    <name>train.weights</name>
    <message>
        <source>its tensor %1 is not what the network has</source>
        <translation>ihr Tensor %1 ist nicht, was das Netz hat</translation>
    </message>
</context>
<context>
    <name>train.weights.remedy</name>
    <message>
        <source>set network to what the weights were trained with</source>
        <translation>network auf das setzen, womit die Gewichte trainiert wurden</translation>
    </message>
</context>
<context>
    <name>train.yaml</name>
    <message>
        <source>it is no valid YAML: %1</source>
        <translation>das ist kein gültiges YAML: %1</translation>
    </message>
</context>
<context>
    <name>train.yaml.remedy</name>
    <message>
        <source>mend the line</source>
        <translation>berichtigen Sie die Zeile</translation>
    </message>
</context>
<context>
    <name>ui.display_profile</name>
    <message>
        <source>this is no ICC profile that can be read; the screen is taken for sRGB</source>
        <translation>das ist kein lesbares ICC-Profil; der Bildschirm gilt als sRGB</translation>
    </message>
</context>
<context>
    <name>ui.display_profile.remedy</name>
    <message>
        <source>choose another file under Edit &gt; Preferences</source>
        <translation>wählen Sie unter Bearbeiten &gt; Einstellungen eine andere Datei</translation>
    </message>
</context>
<context>
    <name>ui.empty_folder</name>
    <message>
        <source>there is no photo in this folder</source>
        <translation>in diesem Ordner ist kein Foto</translation>
    </message>
</context>
<context>
    <name>ui.empty_folder.remedy</name>
    <message>
        <source>choose another folder, or open files one by one</source>
        <translation>wählen Sie einen anderen Ordner, oder öffnen Sie Dateien einzeln</translation>
    </message>
</context>
<context>
    <name>ui.file.existing</name>
    <message>
        <source>choose another name, or allow the file to be replaced</source>
        <translation>wählen Sie einen anderen Namen, oder erlauben Sie, die Datei zu ersetzen</translation>
    </message>
</context>
<context>
    <name>ui.no_memory</name>
    <message>
        <source>there is not enough memory for this</source>
        <translation>dafür reicht der Speicher nicht</translation>
    </message>
</context>
<context>
    <name>ui.no_memory.remedy</name>
    <message>
        <source>close other photos or programs and try again</source>
        <translation>schließen Sie andere Fotos oder Programme, und versuchen Sie es noch einmal</translation>
    </message>
</context>
<context>
    <name>ui.photo.damaged</name>
    <message>
        <source>use another copy; heirloom-cli can take what is left of this one</source>
        <translation>nehmen Sie eine andere Kopie; heirloom-cli kann nehmen, was von dieser übrig ist</translation>
    </message>
</context>
<context>
    <name>ui.recovery.damaged</name>
    <message>
        <source>the result that was kept is damaged</source>
        <translation>das aufgehobene Ergebnis ist beschädigt</translation>
    </message>
</context>
<context>
    <name>ui.recovery.damaged.remedy</name>
    <message>
        <source>restore the photo once more</source>
        <translation>restaurieren Sie das Foto noch einmal</translation>
    </message>
</context>
<context>
    <name>ui.recovery.write</name>
    <message>
        <source>an unsaved result cannot be kept for the case of a crash: %1</source>
        <translation>ein nicht gespeichertes Ergebnis kann nicht für den Fall eines Absturzes aufgehoben werden: %1</translation>
    </message>
</context>
<context>
    <name>ui.recovery.write.remedy</name>
    <message>
        <source>free some disk space, or save the result now</source>
        <translation>schaffen Sie Platz auf der Platte, oder speichern Sie das Ergebnis jetzt</translation>
    </message>
</context>
<context>
    <name>ui.unexpected</name>
    <message>
        <source>something unexpected happened: %1</source>
        <translation>etwas Unerwartetes ist geschehen: %1</translation>
    </message>
</context>
<context>
    <name>ui.unexpected.remedy</name>
    <message>
        <source>try again, and report it with Help &gt; Copy System Information</source>
        <translation>versuchen Sie es noch einmal, und melden Sie es mit Hilfe &gt; Systemangaben kopieren</translation>
    </message>
</context>
<context>
    <name>unet.config</name>
    <message>
        <source>this is no UNet of the SDXL kind: %1</source>
        <translation>das ist kein UNet von der Art von SDXL: %1</translation>
    </message>
</context>
<context>
    <name>unet.config.remedy</name>
    <message>
        <source>use the unet folder of SDXL base or of a model made from it</source>
        <translation>nehmen Sie den Ordner unet von SDXL base oder von einem daraus gemachten Modell</translation>
    </message>
</context>
<context>
    <name>usrnet.iterating</name>
    <message>
        <source>iterating</source>
        <translation>Durchgänge werden gerechnet</translation>
    </message>
</context>
<context>
    <name>weights.shape</name>
    <message>
        <source>tensor %1 has another shape</source>
        <translation>der Tensor %1 hat eine andere Form</translation>
    </message>
</context>
<context>
    <name>weights.shape.remedy</name>
    <message>
        <source>the file belongs to another model</source>
        <translation>die Datei gehört zu einem anderen Modell</translation>
    </message>
</context>
</TS>
