function tracesChart(figure, theme, width) {
    const left = 46;
    const right = 16;
    const shown = figure.panels.length;
    const columns = Math.min(shown, width < 420 ? 1 : width < 900 ? 2 : 3, shown < 3 ? 1 : 3);
    const rows = Math.ceil(shown / columns);
    const cell = width / columns;
    const suitable = shown < 3 ? 210 : columns === 1 ? 96 : 130;
    const height = suitable * stretch(figure, rows * suitable, rows * 62 + 20);
    const pitch = height + 62;
    const option = Object.assign(baseOption(theme), { title: [], grid: [], xAxis: [], yAxis: [], series: [] });
    figure.panels.forEach((panel, i) => {
        const x = (i % columns) * cell;
        const y = Math.floor(i / columns) * pitch;
        option.title.push(caption(theme, panel.caption, x + left, y, cell - left - right));
        option.grid.push({ left: x + left, width: cell - left - right, top: y + 24, height: height });
        option.xAxis.push(stepAxis(theme, figure.steps, { gridIndex: i, splitNumber: cell < 300 ? 2 : 4, name: i + columns >= shown ? figure.xLabel : '' }, figure.timeStep));
        option.yAxis.push(valueAxis(theme, panel, Object.assign(
            { gridIndex: i }, i % columns === 0 ? upName(figure.yLabel, 34) : {})));
        option.series.push(traceLine(figure, theme, i), traceSpikes(figure, theme, i));
    });
    option.tooltip.trigger = 'axis';
    option.tooltip.axisPointer = { type: 'line', lineStyle: { color: theme.muted, type: 'solid', width: 1 } };
    option.tooltip.formatter = (items) => {
        const line = items.find((item) => item.seriesIndex % 2 === 0);
        if (!line) {
            return '';
        }
        const panel = figure.panels[line.seriesIndex / 2];
        const step = line.dataIndex;
        return 'step ' + step + ': ' + short(panel.values[step]) + (panel.spikes.includes(step) ? ', spike' : '');
    };
    option.dataZoom = zoom(theme, rows * pitch + 2, left, right);
    option.dataZoom.forEach((one) => { one.filterMode = 'none'; });
    return { height: rows * pitch + 24, option: option };
}

function traceLine(figure, theme, i) {
    const color = figure.colors[i] || theme.accent;
    const points = [];
    for (let step = 0; step < figure.steps; step++) {
        const value = figure.panels[i].values[step];
        points.push([step, Number.isFinite(value) ? value : null]);
    }
    return {
        type: 'line',
        zlevel: 0, // without it ECharts 5.3 warns of the mark under the mouse
        xAxisIndex: i,
        yAxisIndex: i,
        data: points,
        showSymbol: figure.steps === 1,
        sampling: figure.steps > 5000 ? 'lttb' : undefined,
        lineStyle: { color: color, width: 1.5 },
        itemStyle: { color: color },
        markLine: markLines(theme, figure.threshold === undefined ? [] : [{ yAxis: figure.threshold }]),
    };
}

/** Tall marks that stand on the membrane. */
function traceSpikes(figure, theme, i) {
    const panel = figure.panels[i];
    const top = panel.most - 0.04 * (panel.most - panel.least);
    const foot = (step) => (Number.isFinite(panel.values[step]) ? panel.values[step] : panel.least);
    return uprights(panel.spikes.map((step) => [step, foot(step), top]), theme.ink, { xAxisIndex: i, yAxisIndex: i });
}
