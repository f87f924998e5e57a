package dev.spikelane.cli.demo;

import dev.spikelane.cli.output.Section;
import dev.spikelane.cli.terminal.Progress;
import dev.spikelane.plot.Report;
import java.io.IOException;

/** What a demo without images came to. */
interface DemoResult {

    Section facts();

    Report page();

    /** A demo whose options are right, to be run. */
    interface Demo {
        DemoResult run(Progress progress) throws IOException;
    }
}
