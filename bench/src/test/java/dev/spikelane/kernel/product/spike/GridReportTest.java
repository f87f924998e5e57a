package dev.spikelane.kernel.product.spike;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class GridReportTest {

    private static final GridPoint POINT =
            point(Map.of("openblas", 40.0, "onnx_runtime", 30.0, "pytorch", 50.0, "roofline", 4.0));

    private static GridPoint point(Map<String, Double> others) {
        Map<String, Double> times = new LinkedHashMap<>(Map.of("product", 10.0, "wide", 9.0, "active", 20.0));
        times.putAll(others);
        return new GridPoint(16, .5, 1, "wide", times);
    }

    @Test
    void theBestOfThePeersCounts() {
        assertEquals(3, POINT.ofPeers().orElseThrow());
        assertEquals(4, point(Map.of("openblas", 40.0)).ofPeers().orElseThrow());
        assertTrue(point(Map.of("c", 9.0)).ofPeers().isEmpty());
    }

    @Test
    void theRooflineIsAShareOfTheTime() {
        assertEquals(.4, POINT.ofRoofline().orElseThrow());
        assertTrue(point(Map.of()).ofRoofline().isEmpty());
    }

    @Test
    void timesOfOthersJoinThose() {
        GridPoint point = point(Map.of("openblas", 40.0)).with(Map.of("pytorch", 20.0));

        assertEquals(2, point.ofPeers().orElseThrow());
        assertEquals(10. / 9, point.excess());
    }

    @Test
    void jsonHasNoPeersWhereNoneWereMeasured() {
        assertTrue(POINT.json().contains("\"excess\": 1.11, \"ofPeers\": 3.00, \"ofRoofline\": 0.40, "), POINT.json());
        assertFalse(point(Map.of()).json().contains("of"), point(Map.of()).json());
    }

    @Test
    void aTableHasSpeedAndShare() {
        assertTrue(GridReport.table(List.of(POINT)).contains("| 16 |  |  |  |  |  |  |  | 3.0 40 % wide |  |\n"));
    }

    @Test
    void aTableHasFirstAndSettledCallsOfAWrongStart() {
        String table = GridReport.table(List.of(point(Map.of("first", 18.0, "settled", 9.09))));
        assertTrue(table.contains("| 16 |  |  |  |  |  |  |  | 2.00 1.01 |  |\n"), table);
    }

    @Test
    void aHeatMapHasACellForEachPoint() throws Exception {
        GridPoint slower = new GridPoint(1, .9, 2, "active", Map.of("product", 10.0, "active", 10.0, "openblas", 5.0));

        Document svg = DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(GridReport.heatMap(List.of(POINT, slower)))));

        List<String> colors = new ArrayList<>();
        for (int i = 0; i < svg.getElementsByTagName("rect").getLength(); i++) {
            colors.add(svg.getElementsByTagName("rect")
                    .item(i)
                    .getAttributes()
                    .getNamedItem("fill")
                    .getNodeValue());
        }
        assertEquals(3, colors.size()); // the background first
        assertTrue(colors.get(1).endsWith("ff"), colors::toString); // blue: faster than the peers
        assertTrue(colors.get(2).startsWith("#ff"), colors::toString); // red: slower
    }
}
