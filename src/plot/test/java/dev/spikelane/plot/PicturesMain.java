package dev.spikelane.plot;

import dev.spikelane.memory.SpikeMatrix;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;

/** Writes pictures into a folder and tells what came of each: run as a source file, without any library. */
public final class PicturesMain {

    private PicturesMain() {}

    /** Takes the folder. */
    public static void main(String[] arguments) throws Exception {
        try (Arena arena = Arena.ofConfined()) {
            SpikeMatrix spikes = SpikeMatrix.zeros(arena, 20, 5);
            spikes.set(3, 2, true);
            write(Plot.raster(spikes), List.of("raster.html", "raster.png", "raster.svg"), Path.of(arguments[0]));
            write(Plot.spikeCount(spikes), List.of("counts.gif", "counts.png", "counts.svg"), Path.of(arguments[0]));
        }
    }

    private static void write(Figure figure, List<String> names, Path folder) throws Exception {
        for (String name : names) {
            try {
                figure.write(folder.resolve(name));
                System.out.println(name + ": written");
            } catch (IllegalStateException missing) {
                System.out.println(name + ": " + missing.getMessage());
            }
        }
    }
}
