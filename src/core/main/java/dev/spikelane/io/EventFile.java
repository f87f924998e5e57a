package dev.spikelane.io;

import dev.spikelane.io.event.EventFormat;
import dev.spikelane.io.event.EventInput;
import dev.spikelane.io.file.FileText;
import dev.spikelane.memory.EventBlock;
import java.io.IOException;
import java.util.Objects;

/** An open recording. */
record EventFile(EventFormat format, EventInput input) implements EventSource {

    @Override
    public boolean read(EventBlock into) throws IOException {
        Objects.requireNonNull(into, "into").resize(0);
        return FileText.reading(input.name(), () -> {
            boolean more = true;
            while (more && into.size() == 0) {
                more = format.read(input, into);
            }
            return into.size() > 0;
        });
    }

    @Override
    public String cut() {
        return input.cut();
    }

    @Override
    public int width() {
        return format.width();
    }

    @Override
    public int height() {
        return format.height();
    }

    @Override
    public void close() throws IOException {
        format.close();
        input.close();
    }
}
