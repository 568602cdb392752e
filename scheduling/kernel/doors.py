"""What Python may call of the kernel; all the rest is called by compiled code only."""

from __future__ import annotations

from scheduling.kernel import anneal, bounds, couple, insert, miss, ruin, state
from scheduling.kernel.compiled import door

begin_trial = door(couple.begin_trial)
best_place = door(insert.best_place)
bring_back = door(state.bring_back)
fill = door(anneal.fill)
forget = door(state.forget)
join = door(couple.join)
list_routes = door(insert.list_routes)
nearest_miss = door(miss.nearest_miss)
pull = door(insert.pull)
put = door(insert.put)
put_in = door(state.put_in)
refresh = door(bounds.refresh)
run = door(anneal.run)
settle = door(couple.settle)
stock_allows = door(state.stock_allows)
take_from = door(state.take_from)
take_out = door(ruin.take_out)
touch = door(state.touch)
traced = door(couple.traced)
