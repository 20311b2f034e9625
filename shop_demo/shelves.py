"""Where a product stands in the shop. The log has no categories: these are derived from the words of the titles.

Rules, the first that speaks wins: Christmas; a *phrase* anywhere in the title (`cake_stand`); the *last thing* it names (in "Red
Retrospot Mug" the mug), or the first where such titles open with it ("Wrap Red Doily"); the first *theme* it shows (a heart on
nothing else is an ornament).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Shelf:
    """A shelf of a department. `things` name what stands on it (`_` joins a phrase), `themes` only "
    "what is shown."""

    slug: str
    name: str
    title: Promise
    things: str
    themes: str = ""


@dataclass(frozen=True)
class Department:
    """One entry of the shop's navigation."""

    slug: str
    name: str
    title: Promise
    shelves: tuple[Shelf, ...]


DEPARTMENTS = (
    Department(
        "kitchen",
        "Kitchen & Dining",
        _("Kitchen & Dining"),
        (
            Shelf("mugs", "Mugs & Cups", _("Mugs & Cups"), "mug cup teacup beaker saucer egg_cup eggcup"),
            Shelf(
                "tea",
                "Tea & Coffee",
                _("Tea & Coffee"),
                "teapot tea_pot tea_set cakestand cake_stand caddy cafetiere jug cosy sugar_bowl milk_jug "
                "tea_for_one coffee_set tea_cosy tea_strainer tea_bag_holder coffee_grinder sugar_caddy "
                "tea_caddy",
                "tea coffee sugar milk teatime",
            ),
            Shelf(
                "baking",
                "Baking",
                _("Baking"),
                "cake_case baking_set cake_tin baking_mould cake_mould cake_plate cookie_cutter cutter mould "
                "whisk mixing_bowl measuring_spoon measuring_jug cake_slice cake_server rolling_pin baking "
                "cake_domed measure cupcake_case",
                "cookie biscuit cupcake cake",
            ),
            Shelf(
                "plates",
                "Plates & Bowls",
                _("Plates & Bowls"),
                "plate bowl dish platter cutlery spoon fork knife chopstick soup_bowl dessert_dish ramekin "
                "saucepan pan casserole butter_dish server",
                "dinner",
            ),
            Shelf(
                "jars",
                "Jars & Tins",
                _("Jars & Tins"),
                "jar tin bread_bin container canister storage_tin spice_tin snack_box biscuit_tin pantry "
                "biscuit_bin shaker grinder jam_making bread_box",
                "jam spice",
            ),
            Shelf(
                "table",
                "Trays & Table",
                _("Trays & Table"),
                "tray coaster placemat napkin doily tablecloth table_cloth table_mat board table_run trivet "
                "corkscrew napkin_ring",
            ),
            Shelf(
                "linen",
                "Aprons & Helpers",
                _("Aprons & Helpers"),
                "apron oven_glove oven_mitt mitt tea_towel kitchen_scale timer scale fridge_magnet magnet "
                "recipe_box egg_timer scrubbing_brush washing_up peg peg_bag dustpan shopping_list food_cover "
                "colander ladle egg_box",
                "kitchen food",
            ),
            Shelf(
                "glass",
                "Glasses & Flasks",
                _("Glasses & Flasks"),
                "tumbler decanter goblet carafe bottle_opener flask ice_cube ice_lolly lolly_maker wine_glass "
                "shot_glass champagne_glass glass_beaker hip_flask milk_bottle bottle_stopper ice_cream_scoop "
                "ice_cream_bowl straw",
                "bottle wine gin cocktail drink glass",
            ),
        ),
    ),
    Department(
        "light",
        "Candles & Light",
        _("Candles & Light"),
        (
            Shelf(
                "holders",
                "Candle Holders",
                _("Candle Holders"),
                "t-light_holder tealight_holder candle_holder candleholder candlestick candle_stick "
                "candle_pot candle_plate votive sconce candelabra candlepot t-light_hold light_holder "
                "light_candle_holder t-light_glass t-light_jar",
                "t-light",
            ),
            Shelf(
                "scent",
                "Candles & Scent",
                _("Candles & Scent"),
                "candle incense match t-light_pack scented_candle oil_burner fragrance pot_pourri",
                "scent scented vanilla",
            ),
            Shelf(
                "lamps",
                "Lanterns & Lamps",
                _("Lanterns & Lamps"),
                "lantern light lamp lampshade chandelier night_light torch bulb string_light",
            ),
        ),
    ),
    Department(
        "home",
        "Home",
        _("Home"),
        (
            Shelf("clocks", "Clocks", _("Clocks"), "clock"),
            Shelf(
                "frames",
                "Frames & Mirrors",
                _("Frames & Mirrors"),
                "frame mirror photo_album photoframe photo_clip photo_cube album picture_frame photo_frame",
                "photo picture",
            ),
            Shelf(
                "signs",
                "Signs & Wall Art",
                _("Signs & Wall Art"),
                "sign wall_art plaque blackboard chalkboard chalk_board canvas slate number_tile memo_board "
                "noticeboard letter poster print wall_plaque memoboard black_board tile wall_tidy",
                "art alphabet",
            ),
            Shelf(
                "cushions",
                "Cushions & Throws",
                _("Cushions & Throws"),
                "cushion cushion_cover throw quilt blanket bean_bag fabric curtain filler_pad pillow runner "
                "seat rug bed_cover pouffe hammock mat",
            ),
            Shelf(
                "doors",
                "Doors & Mats",
                _("Doors & Mats"),
                "doormat doorstop door_stop door_mat knocker door_sign door_hanger",
            ),
            Shelf(
                "hooks",
                "Hooks & Hangers",
                _("Hooks & Hangers"),
                "hook knob hanger rack coat_rack rail key_cabinet drawer_knob coat_hanger drawer_handle",
            ),
            Shelf(
                "storage",
                "Baskets & Boxes",
                _("Baskets & Boxes"),
                "basket box cabinet shelf chest stool chair table drawer_liner hamper crate trunk suitcase "
                "magazine_holder bin laundry trinket_box tidy organiser trinket_pot letter_rack letter_holder "
                "cupboard unit bucket umbrella_stand holder stand drawer folder_box rocking_chair",
            ),
            Shelf(
                "ornaments",
                "Ornaments",
                _("Ornaments"),
                "ornament decoration figurine vase flying_duck wreath wind_chime windchime chime bell mobile "
                "gnome mushroom toadstool buddha paperweight snow_globe birdcage cage figure "
                "artificial_flower candy_bar money_bank money_box feather_tree wall_sticker",
                "heart bird angel fairy star butterfly skull crystal cherub rabbit easter egg dove hen cat "
                "dog owl flower rose hanging feather chick lovebird",
            ),
        ),
    ),
    Department(
        "bags",
        "Bags & Travel",
        _("Bags & Travel"),
        (
            Shelf(
                "lunch",
                "Lunch & Picnic",
                _("Lunch & Picnic"),
                "lunch_bag lunch_box lunchbox picnic_bag picnic_basket snack_boxes",
                "lunch picnic",
            ),
            Shelf(
                "bags",
                "Shoppers & Bags",
                _("Shoppers & Bags"),
                "bag jumbo_bag shopper handbag tote backpack rucksack shoulder_bag satchel jumbo_shopper",
            ),
            Shelf(
                "travel",
                "Purses & Travel",
                _("Purses & Travel"),
                "purse wallet luggage_tag passport_cover travel_card umbrella washbag wash_bag cosmetic_bag "
                "make_up_bag case card_wallet travel_sewing sponge_bag toiletry_bag vanity_case passport",
                "travel luggage",
            ),
        ),
    ),
    Department(
        "party",
        "Party & Wrapping",
        _("Party & Wrapping"),
        (
            Shelf(
                "bunting",
                "Bunting & Garlands",
                _("Bunting & Garlands"),
                "bunting garland balloon confetti paper_chain streamer honeycomb paper_lantern flag "
                "party_popper piñata fan parasol",
                "party birthday",
            ),
            Shelf(
                "wrap",
                "Gift Wrap & Ribbon",
                _("Gift Wrap & Ribbon"),
                "wrap gift_tape ribbon gift_bag gift_box gift_tag tissue_paper tag gift_wrap tape "
                "wrapping_paper party_bag",
                "gift",
            ),
            Shelf("cards", "Cards", _("Cards"), "card postcard greeting_card valentine_card", "valentine"),
            Shelf(
                "tableware",
                "Party Tableware",
                _("Party Tableware"),
                "paper_cup paper_plate party_cup party_plate party_cone paper_napkin cake_flag cake_candle "
                "birthday_candle paper_doily",
            ),
        ),
    ),
    Department(
        "paper",
        "Paper & Craft",
        _("Paper & Craft"),
        (
            Shelf(
                "notebooks",
                "Notebooks & Paper",
                _("Notebooks & Paper"),
                "notebook sketchbook journal diary calendar book writing_set letter_set stationery "
                "address_book notepad jotter scrapbook origami envelope memo_pad note_pad file folder "
                "writing_paper organizer pad paper",
            ),
            Shelf(
                "pens",
                "Pens & Pencils",
                _("Pens & Pencils"),
                "pen pencil chalk crayon rubber eraser sharpener ruler highlighter colouring_pencil "
                "pencil_case pencil_tin paint_set",
            ),
            Shelf(
                "craft",
                "Sewing & Craft",
                _("Sewing & Craft"),
                "sewing_kit sewing_box knitting craft button reel stamp sticker decoupage bead patch scissor "
                "embroidery sewing_basket wool paint thimble cotton_reel felt_kit feltcraft craft_kit needle "
                "ribbon_reel doll_kit pin_cushion",
                "felt knitted crochet",
            ),
        ),
    ),
    Department(
        "children",
        "Toys & Children",
        _("Toys & Children"),
        (
            Shelf(
                "toys",
                "Toys",
                _("Toys"),
                "toy doll puppet skittle domino marble yo-yo yoyo kite soldier robot skipping_rope whistle "
                "boat bubble trumpet rocking_horse spinning_top monster creepy_crawlie snake_set playhouse "
                "popgun teddy drum ball plane train tractor animal catapult rocket abacus slinky frisbee gun "
                "car glider mask windmill pinwheel helicopter gyroscope hula",
                "babushka",
            ),
            Shelf(
                "games",
                "Games & Puzzles",
                _("Games & Puzzles"),
                "jigsaw puzzle game playing_card ludo snake_ladder dice bingo quiz magic_trick card_game "
                "block_word building_block tic_tac_toe trick snap",
            ),
            Shelf(
                "children",
                "For Children",
                _("For Children"),
                "bib baby_bib child_apron pyjama nursery booties rucksack_child height_chart "
                "night_light_child cutlery_child",
                "child baby girl boy kid spaceboy dinosaur circus cowboy princess dolly charlie",
            ),
        ),
    ),
    Department(
        "garden",
        "Garden",
        _("Garden"),
        (
            Shelf(
                "growing",
                "Pots & Growing",
                _("Pots & Growing"),
                "planter watering_can seed plant_pot herb_marker plant_marker trellis greenhouse flower_pot "
                "hoe trowel kneeling_mat wheelbarrow pot grow_your_own gardener garden_kit herb_pot "
                "plant_stand pot_holder planting fork_trowel sunflower_kit",
                "garden grow gardening",
            ),
            Shelf(
                "outdoors",
                "Birds & Outdoors",
                _("Birds & Outdoors"),
                "bird_bath bird_feeder bird_house birdhouse bird_table feeder bicycle beach_towel camping "
                "thermometer rain_gauge beach_spade bird_box beach_hut parasol_garden windsock bicycle_bell "
                "deckchair insect bug_hotel",
                "beach seaside ant",
            ),
        ),
    ),
    Department(
        "jewellery",
        "Jewellery",
        _("Jewellery"),
        (
            Shelf("necklaces", "Necklaces", _("Necklaces"), "necklace neckl neckl36 pendant locket chain"),
            Shelf(
                "earrings",
                "Earrings & Bracelets",
                _("Earrings & Bracelets"),
                "earring bracelet bangle ring brooch hoop anklet cufflink",
            ),
            Shelf(
                "hair",
                "Hair & Charms",
                _("Hair & Charms"),
                "hair_clip hairclip hair_grip hair_band hair_slide hair_tie key_ring keyring key_chain "
                "key-chain key_fob phone_charm bag_charm charm scarf tiara glove sunglass comb slide hat fob "
                "hairband legging sock badge lei",
                "diamante bling hair",
            ),
        ),
    ),
    Department(
        "bath",
        "Bath & Beauty",
        _("Bath & Beauty"),
        (
            Shelf(
                "bath",
                "Bath",
                _("Bath"),
                "soap sponge toothbrush shower toilet_roll loo_roll flannel towel bath_salt bath_mat "
                "bathroom_set bath toothbrush_holder bath_sponge",
                "bathroom",
            ),
            Shelf(
                "beauty",
                "Comfort & Beauty",
                _("Comfort & Beauty"),
                "balm lip_gloss nail_file manicure hand_cream tissue hot_water_bottle hand_warmer wheatbag "
                "first_aid plaster compact perfume massage body_butter heat_pack nail lip eye_mask slipper "
                "hottie",
            ),
        ),
    ),
    Department(
        "christmas",
        "Christmas",
        _("Christmas"),
        (
            Shelf(
                "tree",
                "Trees & Decorations",
                _("Trees & Decorations"),
                "bauble christmas_tree christmas_decoration icicle tree_decoration snowflake reindeer "
                "nativity christmas_star christmas_hanging christmas_garland christmas_wreath robin",
            ),
            Shelf(
                "christmas",
                "Christmas Cheer",
                _("Christmas Cheer"),
                "christmas xmas santa snowman advent mistletoe noel stocking snow",
            ),
        ),
    ),
)

FINDS = Shelf("finds", "Little Finds", _("Little Finds"), "")
HOME = next(department for department in DEPARTMENTS if department.slug == "home")

SHELVES = {
    f"{department.slug}/{shelf.slug}": (department, shelf)
    for department in DEPARTMENTS
    for shelf in (*department.shelves, *((FINDS,) if department is HOME else ()))
}
"""Every shelf by its path, such as `kitchen/mugs`."""


def shelf_words(title: str) -> list[str]:
    """The words of a title in lower case and in the singular."""
    return [_singular(word) for word in re.findall(r"[a-z0-9][a-z0-9-]*", title.lower().replace("'s", ""))]


def find_shelf(title: str) -> str:
    """The path of the shelf that a product with this title stands on."""
    words = shelf_words(title)
    phrases = ["_".join(words[at : at + size]) for size in (3, 2) for at in range(len(words) - size + 1)]
    found = [path for phrase in phrases if (path := _THINGS.get(phrase))]
    things = [path for word in words if (path := _THINGS.get(word))]
    if seasonal := [path for path in (*found, *things) if path.startswith("christmas/")]:
        return max(seasonal, key=lambda path: path == "christmas/tree")
    if found:
        return found[0]
    if words and words[0] in _OPENING:
        return _THINGS[words[0]]
    if things:
        return things[-1]
    return next((path for word in words if (path := _THEMES.get(word))), f"{HOME.slug}/{FINDS.slug}")


def category_path(shelf: str) -> str:
    """The English category of a shelf, such as ``Kitchen & Dining / Mugs & Cups``."""
    department, found = SHELVES[shelf]
    return f"{department.name} / {found.name}"


def _singular(word: str) -> str:
    if len(word) < 4 or word.endswith(("ss", "us", "mas")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("xes", "shes", "ches", "sses")):
        return word[:-2]
    return word.removesuffix("s")


_THINGS = {word: path for path, (_department, shelf) in SHELVES.items() for word in shelf.things.split()}
_OPENING = frozenset({"candleholder", "card", "doormat", "doorstop", "mug", "paperweight", "wrap"})
_THEMES = {word: path for path, (_department, shelf) in SHELVES.items() for word in shelf.themes.split()}
