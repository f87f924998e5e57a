package dev.spikelane.cli.output;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The output of a command: text immediately, or JSON at the end. */
public final class Output {

    private final TextPrinter text;
    private final @Nullable PrintWriter json;
    private final List<Section> declared = new ArrayList<>();

    public Output(TextPrinter text, @Nullable PrintWriter json) {
        this.text = text;
        this.json = json;
    }

    public void say(Section... sections) {
        text.print(sections);
        declared.addAll(List.of(sections));
    }

    /** Prints a section as text only; its rows continue the previous table. */
    public void watch(Section section) {
        text.add(section);
    }

    public void keep(Section section) {
        declared.add(section);
    }

    /** Prints the JSON, if requested. Call this once, at the end. */
    public void end() {
        if (json != null) {
            json.println(JsonPrinter.of(declared));
        }
    }
}
