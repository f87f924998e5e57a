package dev.spikelane.cli.demo;

import java.util.List;

/**
 * What the demo found.
 *
 * @param settings what the user chose
 * @param traces the two single neurons
 * @param images the network on images
 */
record DemoResults(DemoSettings settings, List<Trace> traces, ImageRun.Result images) {}
