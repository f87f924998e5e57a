package dev.spikelane.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HistoryTest {

    private static final Timing MICROSECOND = new Timing(1000, 900, 1100);

    @Test
    void worksAreThere() {
        assertEquals(12, History.works().size());
        assertTrue(History.WORKS.contains("leaky step neurons 1000 batch 1 steps 200 reset subtract threads 1"));
    }

    @Test
    void lineHasRatiosToC() {
        Timing half = new Timing(500, 500, 500);
        Measurement twice = measurement(Map.of(Contestant.JAVA, half, Contestant.YARDSTICK, MICROSECOND));
        assertEquals("today,2.000,2.000\n", History.line("today", List.of(twice, twice)));
    }

    @Test
    void refusesAWorkWithoutC() {
        List<Measurement> alone = List.of(measurement(Map.of(Contestant.JAVA, MICROSECOND)));
        assertThrows(IllegalStateException.class, () -> History.line("today", alone));
    }

    @Test
    void drawsTheCommittedLines() throws IOException {
        String text = Files.readString(Path.of("history.csv"));
        assertTrue(History.draw(text).toBytes("png").length > 0);
        assertThrows(IllegalArgumentException.class, () -> History.draw("date,commit\n"));
    }

    private static Measurement measurement(Map<Contestant, Timing> times) {
        return new Measurement("a work", 1, times, 0, 1);
    }
}
