"""What people want to do, and what goods that serve it are called: a table, as nobody who needs a doorstop says doorstop.

A need that is like these wordings is heard as their goods (`loyalty_ai.assistant.hearing`), and the catalogue is asked for those.
Nothing here is particular to one shop: a shop that has none of the goods has none to show.
"""

# ruff: noqa: E501 (a pattern is read as one line of a table)
from __future__ import annotations

import re
from functools import cache

USES = """
doorstop, door stop, draught excluder: stop the door banging; door slams in the wind; door keeps slamming shut; keep a door open; prop the door open; draught under the door; door swings shut
hand warmer, pocket warmer, gloves, mittens: cold hands; hands always cold; keep hands warm; hands like ice; freezing fingers; warm hands at the bus stop; cold fingers on dog walks; warm on the football sidelines
hot water bottle, bed socks, blanket: warm in bed; freezing bedroom at night; take to bed to keep warm; cold feet in bed; bed is freezing; no heating at night; period cramps; tummy ache comfort; sore back warmth; snuggle up warm; keep cosy in winter; keep me warm at night
blanket, throw, cushion: cosy on the sofa; curl up on the couch; snuggle while watching telly
doormat, boot scraper: muddy shoes; wipe your feet; mud in the hall; something for the front door step; people bring dirt in; stand on at the door
kneeling pad, kneeling mat, kneeler: knees hurt when gardening; kneel in the garden; kneel on while weeding; sore knees weeding; bad knees gardening; comfortable on my knees while I scrub
umbrella, rain hat, poncho, rain mac: keep the rain off; stay dry in the rain; caught in the rain; it keeps raining; something to keep dry; stay dry at a festival; rain is forecast; rainy day; keep dry on the school run; wet weather
shower cap: keep hair dry in the shower; cover hair in the bath; protect my hair from the shower
bird feeder, bird table, bird seed, fat balls: feed the birds; feed robins; feeding birds in winter; attract birds to the garden; watch birds from the window; birds love; keen birdwatcher; somebody mad about birds in the garden
bird house, birdhouse, nest box, nesting box: place for birds to nest; home for birds
watering can: water my plants; give plants a drink; water the flowers; indoor plants need watering
plant pot, planter, plant holder, cache pot: put a plant in; pot for my basil; pot a houseplant; for my cactus; stand for a house plant; pot for seedlings
herb markers, plant markers, garden marker, plant label: label my herbs; remember what I planted; mark rows of vegetables; know what is planted where
seeds, grow your own, grow kit, sow, herb pot: grow herbs on the windowsill; grow vegetables with children; grow flowers from seed; grow my own; sow in spring
garden tools, trowel, fork, garden gloves, gardening set: dig in the garden; plant bulbs; somebody who gardens; green fingers; keen gardener; loves gardening; allotment; little gardener
garden string, twine, string: tie up plants; tie tomatoes; tie up parcels
thermometer: how warm is it outside; measure temperature; know the temperature in the garden; greenhouse temperature
incense, citronella, candle: keep midges away; keep insects away outside; mosquitoes in the evening
food cover, cake dome, cover: keep flies off food; keep wasps off the picnic; cover food outside; flies on the cake
picnic basket, picnic bag, cool bag, hamper, picnic: food for a picnic; lunch in the park; day at the beach; eat outdoors; picnic by the river; keep picnic food cool
lunch bag, lunch box, snack box: take lunch to work; packed lunch; lunch for school; carry sandwiches; kids school lunch; sandwich for the office; put sandwiches in
snack box, snack boxes, lunch box: put snacks in; snacks for a toddler; fruit for break time; keep grapes from getting squashed
flask, thermos, mug: keep coffee hot on the go; hot drink outdoors; soup for work; hot tea on walks
bottle, drinking bottle, water bottle: drink for school; carry water; water at the gym
tea cosy, mug warmer, mug cosy: keep the teapot warm; keep my tea warm; tea goes cold; coffee goes cold on my desk; warm mug at the desk
egg cup, egg cosy, egg warmer, egg: boiled eggs for breakfast; soft boiled eggs; keep eggs warm; eat an egg
egg holder, egg house, egg basket, egg tray: keep eggs in; store eggs; put fresh eggs; hens lay eggs
teapot, tea set, tea for one, tea cup, tea caddy: make a pot of tea; somebody who drinks tea; tea lover; afternoon tea; cup of tea; loves her tea; tea drinker; tea addict; serve tea to guests; keep tea bags in
coffee, coffee mug, cafetiere, mug, espresso: coffee lover; drinks coffee all day; coffee mad; needs coffee in the morning; morning brew
mug, cup: something to drink from; hot chocolate; for the office kitchen; drink at work
glass, tumbler, wine glass, glasses: drink wine from; serve cold drinks; gin and tonic; drink water from; champagne; prosecco evening
bottle opener, corkscrew, bottle top, beer, ale: open a beer; open bottles; beer lover; likes his beer; likes a pint; home bar; man cave
jug, pitcher, drinks dispenser: pour milk; pour lemonade; serve custard; serve gravy; serve water at the table
ice cube, ice bucket, ice: keep drinks cool; chill the wine; ice for drinks; cold drinks at a party; ice lollies; freeze lollies
lolly makers, ice lolly, ice cream: make ice lollies; frozen treats for kids; summer treats; make lollies; ice cream sundaes
straws, drinking straws: drink through; straws for a party
jam making, jam jar, jam, jam pot, preserving: make jam; makes jam every summer; home made jam; strawberry jam; marmalade making; give jam to neighbours; chutney and preserves; jam labels; covers for jam jars
jar, storage jar, canister, tin: keep pasta in; store flour; keep sugar in; tidy larder; store dry food; keep sweets in; cupboard of spices
biscuit tin, cookie jar, cake tin, tin: keep biscuits in; biscuits go soft; keep cake fresh; store a cake; tin for cookies; put home made biscuits in; keep brownies fresh; where to keep cake
bread bin, bread crock: keep bread fresh; loaf goes stale; store bread
butter dish: keep butter in; put butter on the table
salt pepper, salt and pepper, condiment: season food at the table; salt on the table
measuring jug, measuring spoons, measuring cups, measuring, kitchen scales, scales: measure flour; measure ingredients; weigh ingredients; weigh flour; how much sugar for baking; weigh out baking; measure liquids; spoonfuls for recipes
mixing bowl, bowl: mix a cake; mix dough; whip cream; stir batter; put fruit in
rolling pin: roll out pastry; roll out dough; roll icing
cookie cutter, biscuit cutter, pastry cutter, cutters: cut out biscuits; gingerbread men; shapes for biscuits; christmas biscuits; bake cookies with kids; cut shapes from dough
cake cases, baking cases, cupcake cases, muffin cases: paper cases for cupcakes; bake fairy cakes; bake muffins; cases for buns; cupcakes for the school fete; bake sale; paper for muffins
baking, cake tin, baking set, mould, cake cases, apron, mixing bowl, rolling pin: loves baking; likes to bake; bakes cakes; star baker; keen baker; bakes at weekends; baking with children; bake off fan; learning to bake; bakes for everybody; somebody who bakes
cake stand, cakestand, cake plate: show off a cake; serve cakes; afternoon tea table; display cupcakes; put scones on; serve fairy cakes; cakes for guests; serve a birthday cake; tower of cakes
cake candles, birthday candles, cake topper, candle: candles for a birthday cake; decorate a birthday cake; top of the cake; blow out candles
cake decoration, icing, cake frill, sugar, paper doilies, doilies: decorate a cake; lacy paper under cakes; round the cake; wedding cake decoration
apron, oven glove, tea towel: keep clothes clean while cooking; splashes when cooking; cook for a family; loves cooking; keen cook; passionate about cooking; cooks every day
oven glove, oven gloves, pot holder, mitt: take hot dishes from the oven; burn my hands on pans; hot baking trays; protect hands in the kitchen; burnt my fingers on the oven
trivet, pot stand, placemat, coaster, heat mat: hot pan on the table; protect the table from heat; marks on the table; stop pans burning the table; put a hot teapot on
coaster, coasters, drinks mat: rings on the table from mugs; put a mug down; glass marks on wood; protect the coffee table
tablecloth, table cloth, table runner, placemat, oilcloth: cover the table; dress the table; stains on the dining table; lay the table; protect the table at meals
napkins, paper napkins, serviettes: wipe mouths at the table; napkins for a party; tidy table for guests
paper plates, paper cups, napkins, party, tableware: table things for a party; throw away plates; no washing up after the party; plates for a kids party; tableware for children; eat off at a birthday party; party of children
tea towel, tea towels: dry the dishes; drying up; wipe dishes
washing up gloves, rubber gloves, gloves: hands raw from washing up; protect hands when cleaning; do the dishes; washing up
brush, dustpan, dish brush, sponge: scrub pans; clean dishes; sweep crumbs; clean the kitchen
peg bag, pegs, laundry bag, laundry basket, washing line: hang out washing; dry clothes outside; dirty clothes; put pegs in; do the laundry; washing on the line
ironing board cover, iron: do the ironing; iron shirts
bin, waste paper bin: put rubbish in; bin for the bathroom; throw paper in; paper under my desk
recipe box, recipe book, recipe: write down recipes; keep recipes; cut out recipes from magazines; grandma's recipes; collection of recipes
book stand, recipe stand, cook book stand: hold a recipe book open; prop up a cook book; read a recipe while cooking
shopping list, memo pad, memo board, notepad, magnetic list: remember what to buy; shopping list on the fridge; forget to buy milk; list for the supermarket; notes on the fridge
blackboard, chalkboard, memo board, notice board, message board: write messages in the kitchen; chalk menu; leave notes for the family; pin notes; family messages
magnet, fridge magnets, magnets: stick things on the fridge; hold photos on the fridge; for the fridge door
diary, calendar, planner, organiser: remember appointments; remember birthdays; plan the week; family dates; busy family organiser; keep track of days
shopping bag, shopper, tote bag, jumbo bag: carry shopping; bag for the supermarket; no more plastic bags; carry groceries; big bag for everything; beach bag; strong bag for heavy things; carry library books
jumbo bag, storage bag, laundry bag: store duvets; bag for toys; big bag for storage; clothes out of season
backpack, rucksack: bag for nursery; starts nursery; bag for school; starts school; small rucksack; bag on his back; child carries things to nursery; day trip with children
travel bag, weekend bag, wash bag, toiletry bag, overnight bag: go away for the weekend; sleepover; pack for a trip; toiletries for travelling; bag for a night away; hand luggage
luggage tag, passport cover, passport holder, travel wallet, travel: going travelling; gap year; flying abroad; find my suitcase; recognise my case at the airport; keep my passport safe; goes travelling; jet setter; long journey; big trip
sleep mask, eye mask, neck pillow: sleep on the plane; cannot sleep in light; block out the light
purse, wallet, coin purse, card wallet: keep coins in; keep money in; put cards in; keep change; carry cash; keep bus pass; oyster card; somewhere to put my bank cards
cosmetic bag, make up bag, washbag: keep make up in; put cosmetics in; lipsticks in my bag; tidy make up
mirror, compact mirror: check my make up; see myself; look at my hair; do my face
hair clip, hair slide, hair band, hair grip, hair tie, hair comb, headband: keep hair out of my eyes; tie up hair; long hair; put her hair up; hair for a wedding; keep a fringe back
jewellery box, jewellery stand, jewellery tree, trinket box, jewellery: keep jewellery tidy; tangled necklaces; put rings in; hang earrings; store necklaces; jewellery everywhere; where to put my bracelets; ring dish by the sink
trinket box, keepsake box, memory box: keep little treasures; keep small things; first tooth; keep letters; memories of a baby; put rings in at night
necklace, earrings, bracelet, ring, brooch: something to wear; dress up an outfit; sparkle for a party; glam for new year; pretty to wear; bling
soap, hand soap, soap dish, hand cream, bath: wash hands; by the sink; smells nice in the bathroom; bathroom guest soap
bath salts, bath foam, bath sponge, bath, candle, incense: relax in the bath; something for the bathtub; anything for the bath tub; pamper; pampering evening; unwind after work; stressed mum; spa night; treat herself; needs to relax; long hot bath; had a stressful year
first aid, plasters, first aid tin: scraped knee; kids fall over; cuts and grazes; for emergencies; blisters; grazed knees; small accidents
tissues, pocket tissues, tissue box: runny nose; cold and sneezing; blow my nose; hay fever; cries at weddings
sewing kit, sewing box, sewing basket, pin cushion, tape measure, buttons, scissors: mend clothes; sew a button; torn seam; hem trousers; somebody who sews; sewing enthusiast; dress maker; learns to sew; keep needles and thread; button came off; holes in my jeans; patch trousers; alter a dress
knitting, wool, knitting needles, yarn: somebody who knits; knits jumpers; keep wool in; learns to knit; crochet
craft, felt, ribbons, buttons, stickers, stamp set, paper craft: make cards; crafty friend; craft afternoon with kids; scrap booking; rainy day activity; handicraft; arts and crafts; making things; creative girl; make something together
stamp set, rubber stamp, stamps, ink pad: stamp pictures; stamp patterns; print on paper; stamping corner
drawing, colouring pencils, pencils, crayons, chalk, sketchbook, paint set, drawing slate: draw pictures; loves drawing; colouring in; likes to paint; arty child; keep the children busy drawing; draw on the pavement; artist; budding artist; doodles; felt tips
pencil case, pencil tin, pen pot, desk tidy: keep pencils in; pens on my desk; pencils for school; messy desk; tidy desk; organise stationery
notebook, journal, writing set, pen: write down thoughts; write a story; take notes; writes poems; keep a diary; jot things down; loves writing; lists lover; new student; back to school; write in; sketch ideas
letter writing, writing paper, notelets, postcards, note cards, cards, envelopes: write to my grandma; write letters; thank you notes; keep in touch by post; pen friend; thank guests
ruler, height chart, tape measure: measure how tall my child is; growing child; measure length; how tall; draw straight lines
address book: keep addresses; where everybody lives
paperweight, paper clip, clip, bulldog clips: keep papers together; papers fly away; hold papers down
photo frame, picture frame, photo album, photo clip: show a photo; frame a picture; wedding photos; put up a picture of the baby; photos of grandchildren; frame for the mantelpiece; stick photos in; holiday snaps; display family pictures
wall art, picture, poster, canvas, wall sticker, sign: bare wall; empty wall; brighten up a wall; decorate my room; something for the wall; boring walls; jazz up the living room
bunting, garland, paper chain, balloons, banner, party: decorate for a party; hang up at a party; decorate the garden for a party; street party; birthday decorations; village fete; jubilee; brighten up the marquee; hang from the ceiling
party bag, party favours, pinata, sweets, stickers, small toys: fill party bags; what to put in party bags; going home presents for kids; prizes for party games; small things for children; little treats for a class
party invites, invitations, invite cards: invite friends to a party; ask people to a birthday
bingo, dominoes, playing cards, board game, skittles, jigsaw, game: play with the family; games night; rainy afternoon; long train journey with children; keep grandchildren busy; play together at christmas; entertain kids; family game; play indoors; something to do for children
puzzle, jigsaw, brain teaser: puzzle fan; likes puzzles; clever child
soft toy, teddy, cuddly toy, doll, rabbit: cuddle at night; something to cuddle; comfort a child; loves cuddly animals; cuddly friend; toddler to hug
soft toy, wooden toy, building blocks, skittles, puzzle, toy: first birthday; one year old; two year old; turns three; toddler's birthday; small boy; small child; little one
toy, game, jigsaw, puzzle, spaceboy, drawing, pencils: for my nephew; for my grandson; for a boy of six; eight year old boy; little boy's birthday; my godson; school boy
doll, felt kit, hair, jewellery box, drawing, fairy, purse: for my niece; for my granddaughter; for a girl of seven; little girl's birthday; goddaughter; school girl
party bag, party, paper plates, balloons, bunting, candles, game: children's birthday party; five year old's party; kids party; first birthday party
doll, dolls house, felt doll, dressing up, fairy: likes dolls; plays with dolls; princess mad; little princess; loves fairies; dress up; pretend play; plays house
spaceboy, space, rocket, astronaut, robot: loves space; mad on rockets; space mad boy; wants to be an astronaut; robots; planets
dinosaur: mad about dinosaurs; dinosaur fan; loves dinosaurs; dinosaur party
cowboy, circus, pirate, toy cars, train, tool box: likes cars; pirates; mad on trains; cowboys; boys toys; wants to be a fireman; trucks and diggers
baby, baby gift, nursery, baby bib, rattle, baby mobile, christening: new baby; baby boy; baby girl; just had a baby; newborn; baby shower; friend is pregnant; new parents; new arrival; christening present; welcome a baby; maternity leave
bib, baby bowl, children cutlery, childrens cup, egg cup: baby eats; toddler learns to eat; messy eater; weaning; feed a toddler; child at the table
night light, led night light: afraid of the dark; scared of the dark; light in the nursery at night; child cannot sleep; light on the landing; glow at bedtime; bad dreams; monsters under the bed; fears the dark
alphabet, letters, blackboard, counting, abc, numbers: learn letters; learn to read; learn to count; teach my child; starting to read; learn numbers; spell a name; name on a door
lights, string lights, fairy lights, party lights, lantern: twinkly lights; string of lights; light up the garden; cosy lights in the hall; pretty lights; lights round a mirror; lights for the tree; lights for a bedroom; little lights
lantern, candle holder, tlight holder, tealight holder: light the garden table; candle outside; light for camping; light the path; candles in the wind; light on the patio; romantic light; put tea lights in; evenings outside
candle, scented candle, candle holder, tlights: romantic evening; candlelight dinner; cosy evening; make the room cosy; soft light; power cut; dinner by candlelight; relaxing evening; hygge
scented candle, incense, room spray, lavender, fragrance, oil burner, potpourri, drawer liner: make a room smell nice; nice smell in the house; get rid of smells; smells of wet dog; smelly shoes; house smells of cooking; freshen a room; smell nice; smells of lavender; something that smells nice; scent for the living room
lavender, sachet, drawer liners, scented hanger: moths in my wardrobe; fresh clothes; drawers smell musty; clothes smell nice
lamp, lampshade, light: read in bed; dark corner; light to read by; bedside light; shade for a bare bulb
vase, flower vase, jug, bottle vase: put flowers in; flowers my husband brings; bunch of flowers; roses on the table; display flowers; one single stem
artificial flowers, flower, wreath, garland: flowers that last; no water flowers; fake flowers; flowers for a table
clock, wall clock, alarm clock: tell the time; get up in the morning; oversleeps; always late; wake me up; know what time it is; clock for the kitchen; hard to get out of bed; late for work
hook, coat hook, coat rack, hanger, peg: hang coats; hang up coats in the hall; hang keys; hang towels; somewhere for dressing gowns; hang mugs; where to put coats; hang bags
key ring, keyring, key fob, key hook, key cabinet, key holder, key rack: keep losing my keys; find my keys; hang keys; tell keys apart; new driver; first car; keys to the new house; passed driving test; labels for keys; lost keys
hanger, coat hanger, clothes hanger: hang dresses; hang up clothes; clothes fall off
drawer, cabinet, shelf, storage box, basket, storage: tidy up; too much clutter; store small things; keep things tidy; put things away; organise a room; keep odds and ends; everything lies about; toys everywhere; tidy toys; messy room; clutter in the hall; bits and bobs
knobs, drawer knob, handle: new handles for a chest; do up an old chest of drawers; upcycle furniture; change handles
cushion, cushion cover, pillow: comfortable chair; brighten up the sofa; hard chair; new look for the couch; sit on a bench
stool, chair, bench, seat, bean bag: sit on; sit in the garden; reach the top shelf; seat for a child; somewhere to sit
money box, money bank, piggy bank, money tin: save coins; save up; save pocket money; teach a child to save; saving for a holiday; keep loose change; hide my savings; put pennies in
gift wrap, wrapping paper, ribbon, gift tag, gift bag, tissue paper: wrap presents; wrap a parcel; paper for presents; put a gift in; present to be wrapped; make a present look nice; wrap a bottle; tie round a present
bottle bag, bottle gift bag, wine bag: give a bottle of wine; wrap a bottle of wine; bring wine to dinner
birthday card, greeting card, card: wish happy birthday; send birthday wishes; card for my mum; congratulate somebody; card to go with it; write something to a friend who is ill; new baby card
christmas card, cards: send christmas wishes; write to everybody at christmas
christmas decoration, bauble, tree decoration, christmas tree, garland, wreath: decorate the tree; dress the christmas tree; hang on the tree; make the house christmassy; festive decorations; decorate the mantelpiece for christmas; front door at christmas; xmas decor; trim the tree
advent calendar, advent: count down to christmas; days until christmas; every day in december; one door a day
christmas stocking, stocking: hang up for father christmas; leave out for santa; on christmas eve; by the fireplace
christmas cracker, crackers: pull at christmas dinner; bang at the table; christmas lunch table
easter, egg, bunny, chick: easter hunt; easter decorations; decorate for easter; hide eggs
halloween, ghost, pumpkin, bat, spider: trick or treat; spooky party; october party; scary decorations
valentine, heart, love, rose: valentine's day; say I love you; romantic present; for my girlfriend; for my sweetheart; anniversary; in love; wife of forty years
wedding, confetti, wedding favours, bride, cake stand: getting married; wedding table; wedding guests; bride to be; hen party; hen do; engaged; bride and groom
home sweet home, doormat, key hook, cushion, photo frame, candle, clock, sign: new home; moved house; new flat; housewarming; first flat; moving in together; new neighbours moved in; just bought a house; moved to their own place
union jack, london, english rose, british: for a friend abroad; souvenir; very british; something typically english; visitor from america; take home from england; patriotic; royal fan; host family abroad
bathroom sign, toilet sign, toilet roll, toilet: sign for the loo; sign for the toilet; downstairs loo; door of the bathroom; which door is the toilet; lavatory; for the smallest room; guests look for the toilet
sign, door sign, plaque, metal sign: sign for a door; keep out of my room; funny sign; sign for the shed; sign for the kitchen; name of the house; sign for the wall; message on the wall; no junk mail; tell people not to knock; teenager's bedroom door
dog, dog bowl, puppy, dog treats: dog lover; got a new puppy; mad about her dog; for my dog; walks the dog; food for my dog; owns a terrier
cat, cat bowl, kitten: cat lover; got a kitten; mad about cats; for my cat; feed the cat; crazy cat lady
owl: loves owls; collects owls
horse, pony: mad about horses; rides; horsy girl; pony club
bicycle, bike: cyclist; rides a bike; loves cycling; cycles to work; mad on cycling
football, sports: mad about football; plays football; football fan; sporty
music, radio, record, guitar: music lover; plays records; vinyl; loves music; musician; plays the piano
book, bookmark, bookends, reading: bookworm; reads a lot; book lover; loves reading; mark the page; keep books upright; always reading; falls asleep reading
camping, lantern, enamel, torch, picnic: go camping; in a tent; campervan; festival; caravan; outdoors type; camper
torch, led, light: see in the dark; power cut; light for the shed; find the keyhole; walk at night
tool, tool set, screwdriver, diy, tape measure: handy man; does diy; fixes things; repairs at home; likes to tinker; good with his hands; potters in the shed
gentleman, hip flask, playing cards, wallet, bottle opener, mug, travel: for a man; hard to buy for; a bloke at work; grandfather who has everything; for my dad; gift for him; boss at work; male colleague; present for a man who has everything; groomsmen; uncle
wine, bottle, glass, corkscrew: wine lover; likes wine; drinks wine; glass of wine at night
chocolate, sweets, candy: sweet tooth; chocoholic; loves chocolate; loves sweets
cake, cupcake: cake lover; loves cake; sweet cakes
tea towel, mug, soap, candle, notebook, bag: small thank you; thank a teacher; thanks for the teacher; teaching assistants; little something for neighbours; something small for colleagues; thank the nurses; stocking filler; secret santa; small present for everybody; token of thanks; present for the postman; carers
bath, candle, soap, purse, scarf, jewellery, mirror: for a lady; gift for her; for my mum; pamper my mother; for my sister; best friend; present for a woman; for my nan; for my mother in law; girlfriend's birthday
teenager, jewellery, bag, notebook, lights, purse: teenage girl; for a teenager; sixteen year old girl; daughter is thirteen
fan, folding fan, paper fan: too hot in summer; cool down; hot day; heat on the train; hot flushes; stuffy room
sunglasses, sun hat, parasol: bright sun; keep the sun off; sunny holiday
windmill, wind chime, wind spinner, windsock: moves in the wind; pretty in the garden; colour in the garden; flutters in the breeze; sounds in the wind
garden ornament, garden decoration, gnome: decorate the garden; brighten up the patio; bare balcony; pretty garden; something for the balcony
air balloon, balloons, helium: fill with air; float at a party
bubbles, skipping rope, yoyo, spinning top, toy: play outdoors; run about in the garden; play in the park; old fashioned toys; away from screens; toys like we had; traditional toys; outdoor play; off the tablet
inflatable, beach, bucket, spade: at the seaside; swimming pool; play in the sand; build sandcastles; by the sea
magic, trick, joke, prank: practical joke; make people laugh; funny present; silly present; make him laugh; gag gift
christmas craft, felt kit, make your own, kit: make it yourself; something to make; make decorations with children; kit to make
tape, decorative tape, stickers, sticky tape: stick things; decorate boxes; seal parcels; mend a book; cover books
cutlery, spoon, fork, knife, salad servers: eat with; serve salad; spoons for dessert; lay places; serve a cake; cut the cake
chopsticks, bowl, noodle: eat noodles; eat rice; chinese food; sushi
salad bowl, fruit bowl, bowl, basket: bowl for fruit; apples on the table; serve salad; put crisps in; nibbles for guests; serve olives; snacks for guests
tray, serving tray, platter: carry tea things; breakfast in bed; carry drinks outside; bring mugs to the sofa; serve food; tv dinner
lunch box, cutlery, straws: eat on the go; cutlery for work
toothbrush, toothbrush holder, bathroom set, tumbler: brush teeth; toothbrushes lie about; bathroom shelf
towel, hand towel, bath mat: dry hands; dry myself; step out of the bath; beach towel
cabinet, table, chair, stool, bench, shelf, drawer, chest: furniture; pieces of furniture; furnish a room; furnish our first flat
plate, bowl, mug, cup, teapot, jug, dish: crockery; tableware; china; dishes; dinner service; things to eat off
notebook, pencil, pen, writing set, note cards, ruler, rubber: stationery; things for the desk; office supplies; school supplies
soap, bath, sponge, flannel, hand cream: toiletries; bathroom things; wash things
ribbons, buttons, sewing, felt, lace: haberdashery; sewing things
cushion, throw, curtain, blanket, rug: soft furnishings; fabric things for the living room
glass, tumbler, wine glass, vase, jug: glassware; things of glass
ornament, candle holder, frame, vase, clock, mirror, decoration: home decor; homeware; something pretty for the shelf; knick knacks; bits for the mantelpiece; nice things for the house
purse, scarf, brooch, hair, bag, umbrella: accessories; fashion accessories
baking, kitchen scales, jug, rolling pin, tin, tea towel, apron: kitchenware; kitchen things; cooking utensils; kitchen gadgets
hook, basket, box, tin, drawer: containers; boxes for storing; things to store in
piggy, farm, animals, sheep: farm animals; on a farm
"""
"""Each line: what goods are called, those that serve best first; ways to say the need."""


@cache
def uses() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each wording of a need with what serves it."""
    found = []
    for line in re.sub(r"\n +", " ", USES.strip()).splitlines():
        kinds, _, told = line.partition(":")
        serves = tuple(kind.strip() for kind in kinds.split(","))
        found += [(wording.strip(), serves) for wording in told.split(";")]
    return tuple(found)
