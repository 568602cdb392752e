"""Care clients: invented people at real street addresses.

Addresses and coordinates: © OpenStreetMap contributors, ODbL. Nobody named here exists.
"""

from dispatch.demo.places import Place

HOMES = [
    Place("Mrs Gwen Prosser", 51.579594, -3.016554, "25 Melfort Road", "NP20 3FP"),
    Place("Mr Alun Beddoe", 51.57887, -3.012131, "80 Stelvio Park Drive", "NP20 3ES"),
    Place("Mrs Sheila Marsh", 51.58133, -3.042009, "29 Myrtle Drive", "NP10 9EA"),
    Place("Mr Kofi Antwi", 51.579673, -3.010012, "137 Melfort Road", "NP20 3FS"),
    Place("Mrs Nesta Howells", 51.587882, -2.958216, "6 Poplar Road", "NP19 9AX"),
    Place("Mr Derek Lane", 51.586631, -3.057095, "184 Tregwilym Road", "NP10 9EL"),
    Place("Ms Irena Nowak", 51.57603, -2.987943, "118 Commercial Road", "NP20 2GW"),
    Place("Mr Emrys Tudor", 51.583403, -3.058719, "8 Cold Bay Close", "NP10 9PA"),
    Place("Mrs Joyce Pask", 51.58983, -2.991931, "16 Rodney Road", "NP19 0AD"),
    Place("Mr Hassan Farah", 51.576427, -2.955092, "74 Nash Road", "NP19 4NJ"),
    Place("Mrs Olwen Rees", 51.578969, -3.054808, "22 Woodland Drive", "NP10 8PA"),
    Place("Mr Colin Brace", 51.582442, -3.013732, "12 West Park Road", "NP20 3EH"),
    Place("Ms Maud Fielding", 51.578226, -3.005897, "30 Coldra Road", "NP20 4FF"),
    Place("Mr Ivor Capel", 51.577098, -3.048331, "23 Caerphilly Road", "NP10 8LF"),
    Place(
        "Mrs Betty Sayce", 51.585469, -2.940969, "33 Malcolm Sargent Close", "NP19 9RH"
    ),
    Place("Mr Luis Pereira", 51.576764, -3.022783, "97 Gaer Park Drive", "NP20 3NR"),
]
