package dev.spikelane.cli.output;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a command says its facts: as text at once, or as JSON in the end. */
public final class Output {

    private final TextPrinter text;
    private final @Nullable PrintWriter json;
    private final List<Section> declared = new ArrayList<>();

    public Output(TextPrinter text, @Nullable PrintWriter json) {
        this.text = text;
        this.json = json;
    }

    /** Says facts for people and machines. */
    public void say(Section... sections) {
        text.print(sections);
        declared.addAll(List.of(sections));
    }

    /** Says facts while a command runs; a table goes on. */
    public void watch(Section section) {
        text.add(section);
    }

    /** Says facts for machines, when people know them. */
    public void keep(Section section) {
        declared.add(section);
    }

    /** Says that this is all. */
    public void end() {
        if (json != null) {
            json.println(JsonPrinter.of(declared));
        }
    }
}
