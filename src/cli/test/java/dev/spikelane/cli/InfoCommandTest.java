package dev.spikelane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.kernel.Simd;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class InfoCommandTest {

    @Test
    void printsOneFactALine() {
        List<String> lines = CommandRun.of("info").requireSuccess().lines().toList();
        List<String> names =
                lines.stream().map(line -> line.substring(0, 14).strip()).toList();
        assertEquals(
                List.of(
                        "Spikelane",
                        "JDK",
                        "JDK folder",
                        "System",
                        "CPU",
                        "Cores",
                        "Heap",
                        "Native memory",
                        "SIMD",
                        "Costs",
                        "Vector module",
                        "Native access",
                        "OpenBLAS",
                        "Demo defaults",
                        "Change SIMD",
                        "Change heap"),
                names);
        for (String line : lines) {
            assertTrue(line.length() > 16 && line.charAt(15) == ' ' && line.charAt(16) != ' ', line);
        }
        assertTrue(lines.get(7).contains(" open simulations, "), lines.get(7));
        assertEquals(Simd.describe(), lines.get(8).substring(16));
        assertTrue(lines.get(9).contains("wide="), lines.get(9));
        assertTrue(lines.get(10).endsWith("present"), lines.get(10));
    }

    @Test
    void printsJson() throws IOException {
        JsonNode json =
                new ObjectMapper().readTree(CommandRun.of("info", "--json").requireSuccess());
        assertEquals(Simd.describe(), json.get("simd").asText());
        assertEquals(16, json.size());
        assertTrue(
                json.get("costs").asText().contains("active="),
                json.get("costs").asText());
    }

    @Test
    void takesNoArguments() {
        CommandRun.of("info", "x").requireFailureWith(2, "'x'", "; see './spikelane info --help'");
    }
}
