package dev.spikelane.cli.demo;

import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.plot.Report;
import java.io.IOException;

/** The result of a demo without images. */
interface DemoResult {

    Section facts();

    Report page();

    /** A demo with checked options. */
    interface Demo {
        DemoResult run(Progress progress) throws IOException;
    }
}
