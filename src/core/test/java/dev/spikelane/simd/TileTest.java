package dev.spikelane.simd;

import static dev.spikelane.Failures.assertInvalid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.memory.FloatMatrix;
import org.junit.jupiter.api.Test;

class TileTest {

    private final FloatMatrix all = FloatMatrix.zeros(3, 130);
    private final FloatMatrix room = FloatMatrix.zeros(4, 128);

    @Test
    void aWholeMatrixHoldsEachBlockWhereItIs() {
        Tile tile = Tile.whole(all);
        assertTrue(tile.all());
        assertEquals("blocks [0, 3) of 130 columns", tile.toString());
        assertSame(tile, tile.at(1, 3));
        assertFalse(tile.all());
        assertEquals(64, tile.firstColumn());
        assertEquals(130, tile.endColumn());
        assertEquals(0, tile.origin());
        assertEquals(all.rowOffset(2) + 256, tile.offset(2, 1));
    }

    @Test
    void roomForSomeBlocksHoldsThemFromItsColumnZeroOn() {
        Tile tile = Tile.of(room, 200);
        assertEquals("blocks [0, 2) of 200 columns in a tile of 128", tile.toString());
        tile.at(2, 4);
        assertEquals(128, tile.firstColumn());
        assertEquals(200, tile.endColumn());
        assertEquals(128, tile.origin());
        assertEquals(room.rowOffset(3) + 256, tile.offset(3, 3));
        Tile narrow = Tile.of(FloatMatrix.zeros(1, 64), 10);
        assertTrue(narrow.all(), "the one block, of which 10 columns are of use");
        assertEquals(10, narrow.endColumn());
    }

    /** Memory as wide as all columns is still a tile: the width alone does not show what is stored. */
    @Test
    void roomAsWideAsTheWholeIsATile() {
        Tile tile = Tile.of(room, 128).at(1, 2);
        assertEquals(room.rowOffset(0), tile.offset(0, 1));
    }

    @Test
    void goesToOtherMatrices() {
        Tile whole = Tile.whole(all).at(1, 2);
        assertEquals("blocks [0, 2) of 128 columns", whole.on(room).toString());
        Tile tile = Tile.of(room, 200).at(2, 3);
        FloatMatrix wider = FloatMatrix.zeros(1, 192);
        assertEquals(
                "blocks [0, 3) of 200 columns in a tile of 192", tile.on(wider).toString());
        assertSame(wider, tile.matrix());
        Tile other = tile.at(3, 4).another();
        assertEquals(tile.toString(), other.toString());
        assertEquals(3, other.at(1, 2).at(tile).firstBlock());
    }

    @Test
    void copiesTheBlocksInUse() {
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 130; column++) {
                all.set(row, column, 1000 * row + column);
            }
        }
        room.fill(-1);
        Tile tile = Tile.of(room, 130).at(1, 2);
        tile.copyFrom(all, 1, 2, 2);
        for (int row = 0; row < 4; row++) {
            for (int column = 0; column < 128; column++) {
                float expected = row < 2 || column >= 64 ? -1 : 1000 * (row - 1) + 64 + column;
                assertEquals(expected, room.get(row, column));
            }
        }
        FloatMatrix back = FloatMatrix.zeros(3, 130);
        tile.copyTo(2, back, 0, 2);
        assertEquals(0, back.get(0, 63));
        assertEquals(1064, back.get(0, 64));
        assertEquals(2127, back.get(1, 127));
        assertEquals(0, back.get(1, 128));
        assertInvalid("from is [4 x 128], expected [4 x 130]", () -> tile.copyFrom(room, 0, 0, 1));
        assertInvalid("to is [4 x 128], expected [4 x 130]", () -> tile.copyTo(0, room, 0, 1));
    }

    @Test
    void refusesWhatItDoesNotHold() {
        assertInvalid(
                "block range is [2, 4), expected a part of [0, 3)",
                () -> Tile.whole(all).at(2, 4));
        assertInvalid(
                "block range is [-1, 1), expected a part of [0, 3)",
                () -> Tile.whole(all).at(-1, 1));
        assertInvalid(
                "block range is [1, 1), expected a part of [0, 3)",
                () -> Tile.whole(all).at(1, 1));
        assertInvalid(
                "block range is [0, 3), expected at most 2 blocks, as the tile is 128 columns wide",
                () -> Tile.of(room, 200).at(0, 3));
        assertInvalid("a tile has 130 columns, expected a multiple of 64", () -> Tile.of(all, 200));
        assertInvalid("columns is 0, expected at least 1", () -> Tile.of(room, 0));
    }

    @Test
    void requiresRowsAndColumns() {
        Tile whole = Tile.whole(all);
        Tile tile = Tile.of(room, 200);
        whole.require("current", 3, 130);
        tile.require("current", 4, 200);
        assertInvalid(
                "current has 3 rows, expected at least 4 and at least 1 in use",
                () -> whole.require("current", 4, 130));
        assertInvalid(
                "current has 4 rows, expected at least 0 and at least 1 in use", () -> tile.require("current", 0, 200));
        assertInvalid("current is [3 x 130], expected [3 x 128]", () -> whole.require("current", 1, 128));
        assertInvalid("current is a tile of 200 columns, expected one of 128", () -> tile.require("current", 1, 128));
        whole.requireAt("from", whole.another());
        assertInvalid(
                "from is blocks [0, 2) of 200 columns in a tile of 128, expected blocks [0, 3) of 130 columns",
                () -> tile.requireAt("from", whole));
    }
}
