package dev.spikelane.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where a command says its facts: as text at once, or as JSON in the end. */
final class Output {

    private final TextPrinter text;
    private final @Nullable PrintWriter json;
    private final List<Section> said = new ArrayList<>();

    Output(TextPrinter text, @Nullable PrintWriter json) {
        this.text = text;
        this.json = json;
    }

    /** Says facts for people and machines. */
    void say(Section... sections) {
        text.print(sections);
        said.addAll(List.of(sections));
    }

    /** Says facts for people who watch; a table goes on. */
    void watch(Section section) {
        text.add(section);
    }

    /** Says facts for machines, when people know them. */
    void keep(Section section) {
        said.add(section);
    }

    /** Says that this is all. */
    void end() {
        if (json != null) {
            json.println(JsonPrinter.of(said));
        }
    }
}
